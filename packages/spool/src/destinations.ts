import { RefusedForGood, Unavailable } from "@teravoz/domain";
import type { Log } from "@teravoz/runtime";
import type { Spooled } from "./record.ts";
import type { Remaining, Segment } from "./segments.ts";

export type Sender = {
  log: Log;
  /**
   * Resolves when Kafka has acknowledged the record. Throws Unavailable if the record must be sent again, and
   * RefusedForGood or any other error if it will never be accepted.
   */
  send(record: Spooled): Promise<void>;
};

/** The first record that a blocked destination did not accept. */
type Head = { segment: Segment; index: number; record: Spooled };
type Blocked = { head: Head; probing: boolean };

/** The state of all destinations. A destination that did not accept its last record is blocked. */
export type Destinations = {
  isOpen(name: string): boolean;
  /** Returns the blocked destinations. */
  blocked(): string[];
  /**
   * Sends each blocked destination the record that it did not accept, in the background. A destination that accepts it
   * is open again.
   */
  probe(sender: Sender): void;
  block(name: string, head: Head, log: Log): void;
};

export function createDestinations(): Destinations {
  const all = new Map<string, Blocked>();
  const probeOne = async (sender: Sender, name: string, blocked: Blocked) => {
    blocked.probing = true;
    const { segment, index, record } = blocked.head;
    const outcome = await trySend(sender, record);
    blocked.probing = false;
    if (outcome === "again") return;
    note(segment, { name, index, outcome });
    all.delete(name);
    sender.log.info({ destination: name }, "spool: a destination accepts records again");
  };
  return {
    isOpen: (name) => !all.has(name),
    blocked: () => [...all.keys()],
    block: (name, head, log) => {
      all.set(name, { head, probing: false });
      log.warn({ destination: name }, "spool: a destination accepts no records, continuing with the others");
    },
    probe: (sender) => {
      for (const [name, blocked] of all) if (!blocked.probing) void probeOne(sender, name, blocked);
    },
  };
}

/**
 * The maximum number of records in flight. They fit into one batch of the publisher, and are a fraction of its queue,
 * which live events share.
 */
const WINDOW = 500;

type SenderTo = Sender & { destinations: Destinations };
type Sending = { segment: Segment; records: readonly Spooled[]; isWanted: () => boolean };

/** Sends the remaining records of a segment to all open destinations in parallel, in order to each destination. */
export async function sendInOrder(sender: SenderTo, sending: Sending): Promise<void> {
  const names = [...sending.segment.left!.keys()].filter((name) => sender.destinations.isOpen(name));
  const window = Math.max(1, Math.floor(WINDOW / names.length));
  await Promise.all(names.map((name) => sendTo(sender, sending, { name, window })));
}

async function sendTo(
  sender: SenderTo,
  { segment, records, isWanted }: Sending,
  { name, window }: { name: string; window: number },
): Promise<void> {
  // one record goes first, so that only this one waits for the deadline if nothing answers
  for (let size = 1; ; size = window) {
    const indices = segment.left?.get(name)?.slice(0, size) ?? [];
    if (indices.length === 0 || !isWanted()) return;
    const outcomes = await Promise.all(indices.map((index) => trySend(sender, records[index]!)));
    for (const [n, outcome] of outcomes.entries())
      if (outcome !== "again") note(segment, { name, index: indices[n]!, outcome });
    const first = indices[outcomes.indexOf("again")];
    if (first === undefined) continue;
    sender.destinations.block(name, { segment, index: first, record: records[first]! }, sender.log);
    return;
  }
}

type SendOutcome = "sent" | "refused" | "again";

async function trySend({ send, log }: Sender, record: Spooled): Promise<SendOutcome> {
  try {
    await send(record);
    return "sent";
  } catch (err) {
    if (err instanceof Unavailable && !(err instanceof RefusedForGood)) return "again";
    log.error({ err }, "spool: a record can never be sent");
    return "refused";
  }
}

type Noted = { name: string; index: number; outcome: "sent" | "refused" };

/** Removes a record from the remaining ones. A refused record is set aside when its segment is removed. */
function note({ left, refused }: Segment, { name, index, outcome }: Noted): void {
  take(left!, name, index);
  if (outcome === "refused") refused.set(name, [...(refused.get(name) ?? []), index]);
}

function take(remaining: Remaining, name: string, index: number): void {
  const indices = remaining.get(name)!;
  // it is nearly always the first one
  indices.splice(indices.indexOf(index), 1);
  if (indices.length === 0) remaining.delete(name);
}
