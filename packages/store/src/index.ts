export { connectMongo, type MongoConnection } from "./connect.ts";
export { createMemoryStore } from "./memory.ts";
export { createMongoStore, type MongoStore } from "./mongo.ts";
export { OVERGROWN_EVENTS } from "./settle.ts";
