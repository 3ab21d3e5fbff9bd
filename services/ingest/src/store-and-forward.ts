import { OutcomeUnknown, parseWebhook, type ReadOccurrence, Unavailable } from "@teravoz/domain";
import type { Check } from "@teravoz/runtime";
import type { Spool, Spooled } from "@teravoz/spool";
import type { IngestPorts } from "./app.ts";

export type Outlet = Pick<IngestPorts, "publish" | "park">;

/** The outlet to the brokers, and whether it took what it was given last (true before the first). */
export type WatchedOutlet = Outlet & { tookLast(): boolean };

export function watchOutlet(outlet: Outlet): WatchedOutlet {
  let took = true;
  const noted = async (sending: Promise<void>) => {
    try {
      await sending;
      took = true;
    } catch (error) {
      took = false;
      throw error;
    }
  };
  return {
    publish: (event) => noted(outlet.publish(event)),
    park: (refused) => noted(outlet.park(refused)),
    tookLast: () => took,
  };
}

/**
 * The brokers where they are there, else the spool: what they did not take is kept on the disk. While they are known to be away it
 * goes there at once, for the spool tries them from time to time; where it has nothing to try them with, the next event does.
 */
export function createSpoolingOutlet({
  outlet,
  check,
  spool,
}: {
  outlet: WatchedOutlet;
  check: () => Check;
  spool: Spool;
}): Outlet {
  const isAway = () => !check().ok || (!outlet.tookLast() && spool.depth().records > 0);
  const take = async (record: Spooled, send: () => Promise<void>) => {
    if (isAway()) return spool.append(record);
    try {
      await send();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      await spool.append(record).catch((second: unknown) => {
        // the brokers may have it all the same
        throw error instanceof OutcomeUnknown && second instanceof Unavailable ? error : second;
      });
    }
  };
  return {
    // the payload is the body's text, to the letter
    publish: (event) =>
      take({ body: Buffer.from(event.payload), receivedAt: event.received_at }, () => outlet.publish(event)),
    park: (refused) =>
      take({ body: refused.body, receivedAt: refused.receivedAt }, () => outlet.park(refused)),
  };
}

/** Sends what was spooled: read again with the time it came, it is the event, or the refusal, that it was. */
export async function forward(
  { publish, park }: Outlet,
  { body, receivedAt }: Spooled,
  readOccurrence: ReadOccurrence,
): Promise<void> {
  const parsed = parseWebhook(body, receivedAt, readOccurrence);
  if (parsed.outcome === "accepted") return publish(parsed.event);
  const key = parsed.outcome === "unprocessable" ? parsed.key : null;
  return park({ body, key, reason: parsed.outcome, receivedAt });
}
