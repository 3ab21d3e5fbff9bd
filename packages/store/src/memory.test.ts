import { lettersContract, storeContract } from "./contract.ts";
import { createMemoryLetters } from "./letters/memory-letters.ts";
import { createMemoryStore } from "./memory.ts";

storeContract("memory", async () => {
  const store = createMemoryStore();
  return { store, queries: store, close: async () => {} };
});

lettersContract("memory", async () => ({ letters: createMemoryLetters(), close: async () => {} }));
