import { OutcomeUnknown, type ReadOccurrence, Unavailable } from "@teravoz/domain";
import type { Spool, Spooled, SpoolOptions } from "@teravoz/spool";
import type { IngestPorts } from "./app.ts";
import { type Route, type Routes, readSpooled } from "./routes.ts";

export type Outlet = Pick<IngestPorts, "publish" | "park">;
type Taking = { spool: Spool; route: Route; record: Spooled; send: () => Promise<void> };

/**
 * Creates an outlet that sends records to the brokers while they take them, and otherwise keeps them in the spool on
 * disk.
 */
export function createSpoolingOutlet({
  outlet,
  routes,
  spool,
}: {
  outlet: Outlet;
  routes: Routes;
  spool: Spool;
}): Outlet {
  return {
    publish: (event) =>
      take({
        spool,
        route: routes.ofEvent(event),
        // the payload is the body's exact text
        record: spooledOf(Buffer.from(event.payload), event.received_at, event.delivery_id),
        send: () => outlet.publish(event),
      }),
    park: (refusal) =>
      take({
        spool,
        route: routes.ofRefusal(refusal),
        record: spooledOf(refusal.body, refusal.receivedAt, refusal.deliveryId),
        send: () => outlet.park(refusal),
      }),
  };
}

const spooledOf = (body: Buffer, receivedAt: Date, deliveryId: string | undefined): Spooled => ({
  body,
  receivedAt,
  ...(deliveryId && { deliveryId }),
});

/**
 * Sends or spools a record. While the brokers or this destination are known to take no records, the spool keeps the
 * record at once and retries later. If the spool is full, even a closed destination is tried, because it may take
 * records again.
 */
async function take({ spool, route, record, send }: Taking): Promise<void> {
  const keep = () => spool.append(record);
  if (!route.check().ok) return keep();
  if (!route.isOpen()) {
    const refusal = await keep().then(() => null, orThrow);
    if (refusal === null) return;
  }
  const refusal = await send().then(() => null, orThrow);
  if (refusal === null) return;
  await keep().catch((second: unknown) => {
    // the brokers may still have the record
    throw refusal instanceof OutcomeUnknown && second instanceof Unavailable ? refusal : second;
  });
}

function orThrow(error: unknown): Unavailable {
  if (!(error instanceof Unavailable)) throw error;
  return error;
}

/** Creates the functions with which the spool sends its records. */
export function createForwarding(
  outlet: Outlet,
  routes: Routes,
  readOccurrence: ReadOccurrence,
): Pick<Required<SpoolOptions>, "send" | "destinationOf"> {
  return {
    send: (record) => {
      const read = readSpooled(record, readOccurrence);
      return "event" in read ? outlet.publish(read.event) : outlet.park(read.refusal);
    },
    destinationOf: (record) => {
      const read = readSpooled(record, readOccurrence);
      return ("event" in read ? routes.ofEvent(read.event) : routes.ofRefusal(read.refusal)).destination;
    },
  };
}
