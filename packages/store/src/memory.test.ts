import { lettersContract, storeContract } from "./contract.ts";
import { createMemoryLetters } from "./letters/memory-letters.ts";
import { createMemoryStore } from "./memory.ts";

storeContract("memory", async () => {
  const letters = createMemoryLetters();
  const store = createMemoryStore({ letters });
  return { store, queries: store, letters, desk: store, close: async () => {} };
});

lettersContract("memory", async () => ({ letters: createMemoryLetters(), close: async () => {} }));
