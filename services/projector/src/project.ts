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
  /** Names this writer in the store. */
  writer: string;
  park: Park;
  topics: TopicNames;
  publisher: Pick<Publisher, "publish">;
  /** A newer release's fold, of this revision, has taken over: this projector may write no more. */
  onSuperseded(revision: number): void;
  /** Notifies others of changes that are stored; resolves when the log has acknowledged the notices. */
  notify(changes: readonly Change[]): Promise<void>;
  now(): Date;
  log: Log;
  metrics: Metrics;
};

/**
 * One batch: what comes of erased calls, agents and persons is answered by tombstones, what else cannot be read is parked, the rest is
 * stored in one transaction with the position, and only then others are notified. For what was stored before and perhaps not notified of (the
 * last run died in between, or its notices failed) the notices are sent again, and what was erased is cleared away again. Each
 * step may be repeated. Once the batch is stored, whatever fails is Unavailable: no stored record is parked, and none goes without a notice.
 */
export function createProjection(ports: ProjectorPorts): HandleBatch {
  const run: HandleBatch = (batch) =>
    batch.records.length > 1 && countErasures(batch) > ERASURES_AT_ONCE
      ? runHalves(batch, run)
      : project(ports, batch);
  return run;
}

/** Retention may bring a batch of ten thousand, more than a transaction ends within its limit; this many take some 300 ms. */
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

/** What follows a stored batch: erased leftovers are deleted, and others are notified. */
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
    throw new Unavailable("a stored batch cannot be notified of", { cause });
  }
}

type Read = { events: LoggedEvent[]; erasures: Erasure[] };
type ReadAndAsked = Read & { erased: Erased[]; epoch: number };

/** The erasures of a whole subject: of single events nothing lies elsewhere. */
const wholeOnes = (erasures: readonly Erasure[]) => erasures.filter(({ uuids }) => uuids === undefined);

/** A batch that holds nothing new moves nothing. */
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

/** Sent again: a reader that holds the call may not have received it. */
const erasureChange = ({ kind, key, uuids }: Erasure): Change => ({
  key,
  kind,
  version: 0,
  erased: uuids === undefined,
});

type Unread = { record: ConsumedRecord; trace: Trace; error: Undecodable };

/** Tombstones (a key's erasure, the daily tick) hold no event. */
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

/** The calls and agents of records below the position, as they are now. */
async function changesOf(ports: ProjectorPorts, batch: ConsumedBatch): Promise<Change[]> {
  if (batch.stored.length === 0) return [];
  // what cannot be read there was parked before
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
