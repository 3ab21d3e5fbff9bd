import { runProjector, settings } from "@teravoz/projector";
import { createLog, readConfig } from "@teravoz/runtime";
import { createMongoStore } from "@teravoz/store";
import { type ClientSession, MongoClient } from "mongodb";

const WEAK = { writeConcern: { w: 1, journal: false } };

/** Opens a client that considers a write done when MongoDB has it in memory. */
function connectWeak(uri: string) {
  const client = new MongoClient(uri, { ...WEAK, serverSelectionTimeoutMS: 5_000 });
  const startSession = client.startSession.bind(client);
  client.startSession = (options) => weaken(startSession(options));
  const check = async () => ({ ok: true as const });
  return { client, db: client.db(), check, onPrimary: () => {}, close: () => client.close() };
}

function weaken(session: ClientSession): ClientSession {
  const start = session.startTransaction.bind(session);
  session.startTransaction = (options) => start({ ...options, ...WEAK });
  return session;
}

const config = readConfig(settings, process.env);
const connection = connectWeak(config.MONGODB_URI);
const log = createLog("projector", "info");
await runProjector({
  store: () => createMongoStore({ connection, log, erasureKeys: config.ERASURE_KEYS }),
});
