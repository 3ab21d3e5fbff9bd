import { zoneAtNoon } from "../noon.ts";
import { openGateway } from "../services/gateway.ts";
import { startRealtime } from "../services/realtime-in-process.ts";
import { uriOf } from "../stack/store.ts";
import { eventsOfCalls, openSender, type Send, seedCalls } from "../traffic/many-calls.ts";

/** A source of thousands of calls for the page. */
export type ScaleRig = {
  /** Address of realtime. */
  url: string;
  /** Writes this number of finished calls of the last hours, without a notice. */
  seed(count: number, hours: number): Promise<void>;
  send: Send;
  close(): Promise<void>;
};

/** Opens the services as processes on real parts, for the published figures. */
export async function openRealRig(): Promise<ScaleRig> {
  const gateway = await openGateway({ env: { ACCOUNT_TIME_ZONE: zoneAtNoon() } });
  const sender = openSender(gateway.ingest[0]!.url);
  return {
    url: gateway.realtime[0]!.url,
    seed: (count, hours) => seedCalls(uriOf(gateway.db.databaseName).href, count, hours),
    send: sender.send,
    close: async () => {
      sender.close();
      await gateway.close();
    },
  };
}

/** Number of bodies in one batch. Each batch reads all stored calls. */
const BATCH = 2_000;

/**
 * Opens realtime over the store in memory. A second after its start it holds as many calls as the real parts
 * do after a minute.
 */
export async function openMemoryRig(): Promise<ScaleRig> {
  const realtime = await startRealtime({ env: { ACCOUNT_TIME_ZONE: zoneAtNoon() } });
  return {
    url: realtime.url,
    async seed(count, hours) {
      await realtime.storeEvents(eventsOfCalls({ start: 0, length: count, count, hours }));
      realtime.resync();
    },
    async send(bodies) {
      for (let start = 0; start < bodies.length; start += BATCH)
        await realtime.happen(...bodies.slice(start, start + BATCH));
    },
    close: realtime.stop,
  };
}
