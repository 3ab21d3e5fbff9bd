export { BatchTooLarge } from "./apply/apply.ts";
export { createMongoStore, type MongoStore, type MongoStoreOptions } from "./apply/mongo-store.ts";
export { OVERSIZED_BYTES, OVERSIZED_EVENTS } from "./apply/settle.ts";
export { createMongoDeadLetters } from "./dead-letters/mongo-dead-letters.ts";
export { createMongoErasures, type Erasures } from "./erasure/mongo-erasures.ts";
export { createMemoryAccount } from "./memory/memory-account.ts";
export { createMemoryDeadLetters } from "./memory/memory-dead-letters.ts";
export { createMemoryStore } from "./memory/memory-store.ts";
export { type MemoryStorage, openMemoryStore } from "./memory/open-memory-store.ts";
export { createMongoAccount } from "./mongo/account.ts";
export { connectMongo, type MongoConnection } from "./mongo/connect.ts";
export { followInstallation } from "./mongo/installation.ts";
export { createMongoJobs } from "./mongo/jobs.ts";
export { createMongoReadiness } from "./mongo/readiness.ts";
export {
  openStore,
  type Storage,
  type StoreConfig,
  type WriterConfig,
  type WriterStorage,
} from "./open-store.ts";
export { createMongoQueries } from "./queries/mongo-queries.ts";
export { SEARCH_LIMITS, type SearchLimits } from "./queries/search-values.ts";
export { createMongoSystemQueries } from "./queries/system-queries.ts";
export { createMongoRebuild, type MongoRebuild } from "./rebuild/mongo-rebuild.ts";
export { type PastOptions, type PastOutcome, pastCollection, writePast } from "./rebuild/past.ts";
export { restampEvents } from "./rebuild/restamp.ts";
