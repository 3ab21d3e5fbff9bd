import {
  type Account,
  createFindParties,
  createReadOccurrence,
  type FoldRules,
  type Jobs,
  type Readiness,
} from "@teravoz/domain";
import type { Erasures } from "../erasure/mongo-erasures.ts";
import { createMemoryAccount } from "./memory-account.ts";
import { createMemoryDeadLetters } from "./memory-dead-letters.ts";
import { createMemoryErasures } from "./memory-erasures.ts";
import { createMemoryJobs } from "./memory-jobs.ts";
import { createMemoryReadiness } from "./memory-readiness.ts";
import { createMemoryState } from "./memory-state.ts";
import { createMemoryStore } from "./memory-store.ts";

type MemoryStore = ReturnType<typeof createMemoryStore>;

/** The ports of a storage that ends with the process: those of `openStore`, without a connection. */
export type MemoryStorage = {
  store: MemoryStore;
  queries: MemoryStore;
  rebuild: MemoryStore;
  deadLetters: ReturnType<typeof createMemoryDeadLetters>;
  erasures: Erasures;
  account: Account;
  jobs: Jobs;
  readinessOf(instance: string): Readiness;
};

const BRAZIL: FoldRules = { region: "BR", senderZone: "UTC" };

/** Opens all ports of a storage in memory. `now` in ms. */
export function openMemoryStore({
  rules = BRAZIL,
  now = Date.now,
}: {
  rules?: FoldRules;
  now?: () => number;
} = {}): MemoryStorage {
  const state = createMemoryState(createReadOccurrence(rules.senderZone));
  const deadLetters = createMemoryDeadLetters({ now });
  const store = createMemoryStore({ state, deadLetters, now });
  return {
    store,
    queries: store,
    rebuild: store,
    deadLetters,
    erasures: createMemoryErasures({ state, deadLetters, parties: createFindParties(rules), now }),
    account: createMemoryAccount(),
    jobs: createMemoryJobs({ now }),
    readinessOf: createMemoryReadiness({ now }),
  };
}
