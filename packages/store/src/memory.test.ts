import { storeContract } from "./contract.ts";
import { createMemoryStore } from "./memory.ts";

storeContract("memory", async () => {
  const store = createMemoryStore();
  return { store, queries: store, close: async () => {} };
});
