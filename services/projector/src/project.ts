import {
  type Applied,
  type CallQueries,
  type CallStore,
  type Change,
  type Erased,
  type Erasure,
  type FindParties,
  type Fold,
  identitiesOf,
  type LoggedEvent,
  stampEvent,
  Unavailable,
} from "@teravoz/domain";
import {
  type BatchOutcome,
  type Codec,
  type ConsumedBatch,
  type ConsumedRecord,
  type HandleBatch,
  type Park,
  type Publisher,
  readDeliveryId,
  runHalves,
  type TopicNames,
  Undecodable,
} from "@teravoz/kafka";
import type { Log, Metrics } from "@teravoz/runtime";
import { answerErased, type Trace, traceOf, traceOfEvent } from "./erasure/answer.ts";
import { REPUBLISHED } from "./erasure/republish.ts";
import { readErasures, weightOf } from "./erasure/tombstones.ts";

export type ProjectorPorts = {
  store: CallStore;
  queries: Pick<CallQueries, "findCalls">;
  codec: Pick<Codec, "decodeEvent" | "encodeEvent">;
  findParties: FindParties;
  fold: Fold;
  /** The name of this writer in the store. */
  writer: string;
  park: Park;
  topics: TopicNames;
  publisher: Pick<Publisher, "publish">;
  /** Called with the revision of a newer release's fold that has taken over: this projector must not write any more. */
  onSuperseded(revision: number): void;
  /** Notifies others of stored changes. Resolves when the log has acknowledged the notices. */
  notify(changes: readonly Change[]): Promise<void>;
  now(): Date;
  log: Log;
  metrics: Metrics;
};

/**
 * Creates the handler of one batch. Tombstones answer the records of erased calls, agents and persons. Other records
 * that cannot be read are parked. The rest is stored in one transaction with the position, and after that others are
 * notified. If records were stored before and perhaps not notified, because the last run crashed or its notices failed,
 * their notices are sent again and leftovers of their erasures are deleted again. Each step may be repeated. After the
 * batch is stored, every error is Unavailable: no stored record is parked, and none stays without a notice.
 */
export function createProjection(ports: ProjectorPorts): HandleBatch {
  const run: HandleBatch = (batch) =>
    batch.records.length > 1 && countErasures(batch) > ERASURES_AT_ONCE
      ? runHalves(batch, run)
      : project(ports, batch);
  return run;
}

/**
 * The most erasures in one transaction, which take some 300 ms. Retention may bring a batch of ten thousand, too many
 * for the time limit of a transaction.
 */
const ERASURES_AT_ONCE = 500;

const countErasures = ({ records }: ConsumedBatch) =>
  records.reduce((sum, record) => sum + weightOf(record), 0);

async function project(ports: ProjectorPorts, batch: ConsumedBatch): Promise<BatchOutcome> {
  const began = performance.now();
  const { events, unread } = await readRecords(ports, batch.records, batch);
  const erasures = readErasures(ports.topics, batch.topic, batch.records);
  const traces = [...events.map(traceOfEvent), ...unread.map(({ trace }) => trace)];
  const { known, epoch, demanded, goes } = await answerErased(ports, batch, traces, erasures);
  const parked = unread.filter(({ trace }) => !goes(trace));
  await Promise.all(parked.map(({ record, error }) => ports.park(record, batch, error)));
  const applied = await applyBatch(ports, batch, {
    events,
    erasures: [...erasures, ...demanded],
    erased: known,
    epoch,
  });
  if (applied.fenced) {
    if (applied.superseded !== undefined) ports.onSuperseded(applied.superseded);
    return applied.own ? "stored" : "fenced";
  }
  ports.metrics.projectSeconds.observe((performance.now() - began) / 1000);
  report(ports, batch, { events, erasures }, applied);
  await orWait(() =>
    follow(ports, batch, { erasures: [...erasures, ...demanded], changes: applied.changes }),
  );
  return "done";
}

/** Finishes a batch that is stored: deletes leftovers of erasures, and notifies others. */
async function follow(
  ports: ProjectorPorts,
  batch: ConsumedBatch,
  { erasures, changes }: { erasures: Erasure[]; changes: readonly Change[] },
): Promise<void> {
  const before = readErasures(ports.topics, batch.topic, batch.stored);
  await ports.store.forget(wholeOnes([...before, ...erasures]));
  await ports.notify([...changes, ...(await changesOf(ports, batch)), ...before.map(erasureChange)]);
}

async function orWait(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof Unavailable) throw cause;
    throw new Unavailable("the changes of a stored batch cannot be notified", { cause });
  }
}

type Read = { events: LoggedEvent[]; erasures: Erasure[] };
type ReadAndAsked = Read & { erased: Erased[]; epoch: number };

/** The erasures of whole subjects. Only these can have leftovers outside of the transaction. */
const wholeOnes = (erasures: readonly Erasure[]) => erasures.filter(({ uuids }) => uuids === undefined);

/** Applies a batch. A batch without new records does not move the position. */
async function applyBatch(
  { store, fold, writer }: ProjectorPorts,
  batch: ConsumedBatch,
  read: ReadAndAsked,
): Promise<Applied> {
  const { topic, partition, expected, next } = batch;
  if (next === expected) return { fenced: false, added: [], duplicates: [], dropped: [], changes: [] };
  const identities = identitiesOf(batch.records);
  return store.apply({ topic, partition, expected, next, identities, writer, ...read }, fold);
}

/** The change of an erasure that is notified again: a reader that holds the call may not have received its notice. */
const erasureChange = ({ kind, key, uuids }: Erasure): Change => ({
  key,
  kind,
  version: 0,
  erased: uuids === undefined,
});

type Unread = { record: ConsumedRecord; trace: Trace; error: Undecodable };

/** Reads the events of records. Tombstones (the erasure of a key, the daily tick) hold no event. */
async function readRecords(
  { codec, topics, fold }: ProjectorPorts,
  records: readonly ConsumedRecord[],
  batch: ConsumedBatch,
): Promise<{ events: LoggedEvent[]; unread: Unread[] }> {
  const unread: Unread[] = [];
  const read = records
    .filter(({ value }) => value !== null)
    .map(async (record): Promise<LoggedEvent[]> => {
      try {
        const { topic, partition } = batch;
        const event = await codec.decodeEvent(record.value!, topic === topics.agentEvents ? "agent" : "call");
        const republished = record.headers[REPUBLISHED] !== undefined && { republished: true as const };
        const source = { topic, partition, offset: record.offset };
        const id = readDeliveryId(record.headers);
        const delivered = id !== undefined && { delivery_id: id };
        return [{ ...stampEvent(event, fold.readOccurrence), source, ...delivered, ...republished }];
      } catch (error) {
        if (!(error instanceof Undecodable)) throw error;
        unread.push({ record, trace: traceOf(topics, batch, record), error });
        return [];
      }
    });
  return { events: (await Promise.all(read)).flat(), unread };
}

/** The current changes of the calls and agents of records below the position. */
async function changesOf(ports: ProjectorPorts, batch: ConsumedBatch): Promise<Change[]> {
  if (batch.stored.length === 0) return [];
  // records below the position that cannot be read were parked before
  const { events } = await readRecords(ports, batch.stored, batch);
  const keys = (kind: LoggedEvent["kind"]) => [
    ...new Set(events.filter((event) => event.kind === kind).map(({ aggregate_id }) => aggregate_id)),
  ];
  const calls = await ports.queries.findCalls(keys("call"));
  const changed = calls.map(({ aggregate_id, version }) => ({
    key: aggregate_id,
    kind: "call" as const,
    version,
    erased: false,
  }));
  const agents = keys("agent").map((key) => ({ key, kind: "agent" as const, version: 0, erased: false }));
  return [...changed, ...agents];
}

function report(
  { log, metrics }: ProjectorPorts,
  batch: ConsumedBatch,
  { events, erasures }: Read,
  applied: Exclude<Applied, { fenced: true }>,
): void {
  const added = new Set(applied.added);
  const dropped = new Set(applied.dropped);
  const outcomeOf = (uuid: string) => {
    if (dropped.has(uuid)) return "erased";
    return added.delete(uuid) ? "stored" : "duplicate";
  };
  for (const { type, uuid } of events) metrics.events.inc({ type, outcome: outcomeOf(uuid) });
  const { topic, partition, next } = batch;
  const counts = {
    records: batch.records.length,
    added: applied.added.length,
    duplicates: applied.duplicates.length,
    dropped: applied.dropped.length,
    erased: erasures.length,
  };
  log.info({ topic, partition, next, ...counts }, "batch stored");
}
