import type {
  CallRebuild,
  Change,
  Difference,
  Fold,
  KeysPage,
  Page,
  Partition,
  Refolded,
} from "@teravoz/domain";
import { PARTITIONS, type TopicNames } from "@teravoz/kafka";
import { type Kind, kindsOf } from "./kinds.ts";

export type RebuildPorts = {
  store: CallRebuild;
  fold: Fold;
  topics: Pick<TopicNames, "callEvents" | "agentEvents">;
  /** The partition of its topic that a call is in. */
  partitionOf(call_id: string): number;
  /** Notifies others of stored changes. Resolves when the log has acknowledged the notices. */
  notify(changes: readonly Change[]): Promise<void>;
  /** Repeats the work until it no longer throws Unavailable, or until the time for retries has passed. */
  retry<T>(work: () => Promise<T>): Promise<T>;
  /** Returns false if the rebuild must stop after the current page. */
  isWanted(): boolean;
  /** Called with the number of calls that were checked since the last call. */
  onLooked(calls: number): void;
};

export type RebuildReport = {
  looked: number;
  changed: number;
  added: number;
  removed: number;
  /** The number of changed calls by kind of change. A call may count in several kinds. */
  kinds: Partial<Record<Kind, number>>;
  /** The number of agents that differed. */
  agents: number;
  /** The number of oversized calls that were left to a rebuild of all calls. */
  oversized: number;
  /** False if the rebuild was stopped before its end. */
  complete: boolean;
};

/**
 * The error of a rebuild whose partitions the fold of a newer release has claimed. This release must not write any
 * more.
 */
export class Superseded extends Error {
  override name = "Superseded";
  readonly revision: number;
  constructor(revision: number) {
    super(`a newer release has taken over: its fold has revision ${revision}`);
    this.revision = revision;
  }
}

/**
 * The number of events in a page, of about 700 calls. A page takes some 50 ms of reading, and a dozen transactions of a
 * few ms if all calls differ.
 */
const PAGE_EVENTS = 5_000;

/**
 * Folds every call from its events and replaces calls that differ, while projectors run. If `below` is set, it folds
 * only calls that a fold of a lower revision has made, and no oversized ones. Those are left to the command, because
 * they would take too much memory and time from a projector. It may be run again at any time, even after it was killed:
 * correct calls are left unchanged, and stored changes that were not notified are notified first. Throws Superseded.
 */
export async function rebuildCalls(ports: RebuildPorts, below: number | null = null): Promise<RebuildReport> {
  const { store, fold, topics, retry } = ports;
  const places = partitionsOf(topics);
  const claim = await retry(() => store.claim(places, fold.revision));
  if (claim.superseded !== null) throw new Superseded(claim.superseded);
  const report = emptyReport();
  await notifyUnnotified(ports);
  // the board does not show an agent of an older fold until it is folded again
  await rebuildAgents(ports, report);
  for await (const keys of listWork(ports, below, report)) {
    // a call that a fold of a lower revision has made always counts as different
    const wrong = below === null ? await findDiffering(ports, keys) : keys;
    for (const [partition, group] of Map.groupBy(wrong, ports.partitionOf))
      await refold(ports, { topic: topics.callEvents, partition }, group, report);
    countLooked(ports, report, keys);
  }
  report.complete = ports.isWanted();
  if (report.complete) await retry(() => store.finish(places, fold.revision));
  return report;
}

/** Compares and refolds the agents of every fold revision, because there are few agents. */
async function rebuildAgents(ports: RebuildPorts, report: RebuildReport): Promise<void> {
  const { store, fold, topics, retry } = ports;
  for await (const keys of listAgents(ports)) {
    const differences = await retry(() => store.compareAgents(keys, fold));
    const wrong = differences.map(({ key }) => key);
    for (const [partition, group] of Map.groupBy(wrong, ports.partitionOf)) {
      const place = { topic: topics.agentEvents, partition };
      await settle(ports, place, () => store.refoldAgents({ ...place, keys: group }, fold));
    }
    report.agents += wrong.length;
  }
}

/** Notifies others of the changes that a killed rebuild has stored and not notified. Throws Superseded. */
export async function notifyUnnotified(ports: RebuildPorts): Promise<void> {
  const { store, fold, topics } = ports;
  for (const place of partitionsIn(topics.callEvents)) await refold(ports, place, [], emptyReport());
  for (const place of partitionsIn(topics.agentEvents))
    await settle(ports, place, () => store.refoldAgents({ ...place, keys: [] }, fold));
}

/** Reports the changes that a rebuild would make. Changes nothing. */
export async function compareCalls(ports: RebuildPorts): Promise<RebuildReport> {
  const report = emptyReport();
  for await (const keys of listWork(ports, null, report)) {
    const differences = await ports.retry(() => ports.store.compare(keys, ports.fold));
    for (const difference of differences) count(report, difference);
    countLooked(ports, report, keys);
  }
  for await (const keys of listAgents(ports))
    report.agents += (await ports.retry(() => ports.store.compareAgents(keys, ports.fold))).length;
  return { ...report, complete: ports.isWanted() };
}

const emptyReport = (): RebuildReport => ({
  looked: 0,
  changed: 0,
  added: 0,
  removed: 0,
  kinds: {},
  agents: 0,
  oversized: 0,
  complete: false,
});

const partitionsIn = (topic: string): Partition[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));

/**
 * The partitions that a fold claims, and that a finished rebuild marks. They include those of agents, because a
 * projector writes both under one fold.
 */
export const partitionsOf = ({ callEvents, agentEvents }: RebuildPorts["topics"]): Partition[] =>
  [callEvents, agentEvents].flatMap(partitionsIn);

/** Lists the keys page by page. An oversized call gets a separate page; with `below` it is only counted. */
async function* listWork(
  { store, retry, isWanted }: RebuildPorts,
  below: number | null,
  report: RebuildReport,
) {
  let cursor: string | null = null;
  do {
    const asked: Parameters<CallRebuild["listKeys"]>[0] = { limit: PAGE_EVENTS, cursor, below };
    const page: KeysPage = await retry(() => store.listKeys(asked));
    if (page.items.length > 0) yield page.items;
    if (below === null) for (const key of page.oversized) yield [key];
    else report.oversized += page.oversized.length;
    cursor = page.next;
  } while (cursor !== null && isWanted());
}

/**
 * Finds the calls that differ, without the fence, which would block the projector of the partition. Most calls are
 * correct.
 */
async function findDiffering({ store, fold, retry }: RebuildPorts, keys: string[]): Promise<string[]> {
  const differences = await retry(() => store.compare(keys, fold));
  return differences.map(({ key }) => key);
}

async function* listAgents({ store, retry, isWanted }: RebuildPorts): AsyncIterable<string[]> {
  let cursor: string | null = null;
  do {
    const asked: Parameters<CallRebuild["listAgents"]>[0] = { limit: PAGE_EVENTS, cursor };
    const page: Page<string> = await retry(() => store.listAgents(asked));
    if (page.items.length > 0) yield page.items;
    cursor = page.next;
  } while (cursor !== null && isWanted());
}

async function refold(
  ports: RebuildPorts,
  place: Partition,
  keys: string[],
  report: RebuildReport,
): Promise<void> {
  const { store, fold } = ports;
  const differences = await settle(ports, place, () => store.refold({ ...place, keys }, fold));
  for (const difference of differences) count(report, difference);
}

/** Refolds, and then notifies others of the changes. */
async function settle(
  { store, notify, retry }: RebuildPorts,
  place: Partition,
  refold: () => Promise<Refolded>,
): Promise<Difference[]> {
  const refolded = await retry(refold);
  if (refolded.superseded !== null) throw new Superseded(refolded.superseded);
  const { differences, changes } = refolded;
  if (changes.length > 0) {
    await retry(() => notify(changes));
    await retry(() => store.confirmNotified(place, changes));
  }
  return differences;
}

function count(report: RebuildReport, { kind, fields }: Difference): void {
  report[kind] += 1;
  for (const name of kindsOf(fields)) report.kinds[name] = (report.kinds[name] ?? 0) + 1;
}

function countLooked({ onLooked }: RebuildPorts, report: RebuildReport, keys: readonly string[]): void {
  report.looked += keys.length;
  onLooked(keys.length);
}
