export { connectMongo, type MongoConnection } from "./connect.ts";
export { createMemoryLetters } from "./letters/memory-letters.ts";
export { createMongoLetters } from "./letters/mongo-letters.ts";
export { createMemoryStore } from "./memory.ts";
export { createMongoStore, type MongoStore, type MongoStoreOptions } from "./mongo.ts";
export { createMongoQueries } from "./mongo-queries.ts";
export { createMongoRebuild, type MongoRebuild } from "./rebuild/mongo-rebuild.ts";
export { type PastOptions, pastCollection, writePast } from "./rebuild/past.ts";
export { OVERGROWN_EVENTS } from "./settle.ts";
