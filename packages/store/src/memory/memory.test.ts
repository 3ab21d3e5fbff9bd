import { accountContract } from "../contract/account.ts";
import { lettersContract } from "../contract/letters.ts";
import { senderZoneContract } from "../contract/sender-zone.ts";
import { storeContract } from "../contract.ts";
import { createMemoryAccount } from "./memory-account.ts";
import { createMemoryLetters } from "./memory-letters.ts";
import { createMemoryStore } from "./memory-store.ts";

storeContract("memory", async () => {
  const letters = createMemoryLetters();
  const store = createMemoryStore({ letters });
  return { store, queries: store, letters, desk: store, close: async () => {} };
});

senderZoneContract("memory", async (readOccurrence) => {
  const letters = createMemoryLetters();
  const store = createMemoryStore({ letters, readOccurrence });
  return { store, queries: store, letters, desk: store, close: async () => {} };
});

accountContract("memory", async () => ({ account: createMemoryAccount(), close: async () => {} }));

lettersContract("memory", async () => ({ letters: createMemoryLetters(), close: async () => {} }));
