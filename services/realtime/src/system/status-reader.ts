import { setImmediate as nextTurn } from "node:timers/promises";
import type { Codec, TailRecord } from "@teravoz/kafka";
import type { Log } from "@teravoz/runtime";
import type { HeardStatus } from "./statuses.ts";
import type { System } from "./system.ts";

type Deps = { codec: Pick<Codec, "decodeStatus">; system: Pick<System, "heard">; log: Log };

/**
 * The maximum number of records decoded in one turn of the event loop. At the start a day of ten instances arrives,
 * 86,400 records, which would block the loop for a second.
 */
const AT_ONCE = 500;

/**
 * Passes records of service-status on to the system. A record that cannot be decoded is skipped: the next status is ten
 * seconds away.
 */
export function createStatusReader(deps: Deps) {
  return async (records: readonly TailRecord[]): Promise<void> => {
    for (let from = 0; from < records.length; from += AT_ONCE) {
      await take(deps, records.slice(from, from + AT_ONCE));
      await nextTurn();
    }
  };
}

async function take({ codec, system, log }: Deps, records: readonly TailRecord[]): Promise<void> {
  const read = records.map(async ({ value, timestamp }): Promise<HeardStatus[]> => {
    return value ? [{ status: await codec.decodeStatus(value), stamped: timestamp }] : [];
  });
  const outcomes = await Promise.allSettled(read);
  system.heard(outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : [])));
  const failed = outcomes.filter((outcome) => outcome.status === "rejected");
  if (failed.length > 0)
    log.warn({ err: failed[0]?.reason, count: failed.length }, "statuses could not be decoded, skipped");
}
