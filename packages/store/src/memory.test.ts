import { accountContract, lettersContract, senderZoneContract, storeContract } from "./contract.ts";
import { createMemoryLetters } from "./letters/memory-letters.ts";
import { createMemoryStore } from "./memory.ts";
import { createMemoryAccount } from "./memory-account.ts";

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
