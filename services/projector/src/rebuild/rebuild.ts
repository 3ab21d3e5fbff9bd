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
  /** Which partition of its topic a call is in. */
  partitionOf(call_id: string): number;
  /** Notifies of stored changes; resolves when the log has acknowledged them. */
  notify(changes: readonly Change[]): Promise<void>;
  /** Does the work until it does not throw Unavailable, or is given up. */
  retry<T>(work: () => Promise<T>): Promise<T>;
  /** False = stop after what is in hand. */
  isWanted(): boolean;
  /** So many calls more were looked at. */
  onLooked(calls: number): void;
};

export type RebuildReport = {
  looked: number;
  changed: number;
  added: number;
  removed: number;
  /** How many of the changed calls differ in each kind of thing; a call may count in several. */
  kinds: Partial<Record<Kind, number>>;
  /** Agents that differed. */
  agents: number;
  /** Oversized calls that were left to a rebuild of all calls. */
  oversized: number;
  /** False where it was stopped before the end. */
  complete: boolean;
};

/** A newer release's fold has claimed the partitions: this one has nothing more to write. */
export class Superseded extends Error {
  override name = "Superseded";
  readonly revision: number;
  constructor(revision: number) {
    super(`a newer release has taken over, whose fold has revision ${revision}`);
    this.revision = revision;
  }
}

/** Events, and so about 700 calls, a page: some 50 ms of reading, and a dozen transactions of a few ms where all differ. */
const PAGE_EVENTS = 5_000;

/**
 * Folds every call from its events and replaces what differs, while projectors go on; `below`: only calls that a fold of a
 * lower revision has made, and no oversized ones: what those need of memory and time is for a command, not beside a
 * projector. May be run again at any time, also after it was killed: what is right by then is left
 * alone, and stored changes that were not notified are notified first. Throws Superseded.
 */
export async function rebuildCalls(ports: RebuildPorts, below: number | null = null): Promise<RebuildReport> {
  const { store, fold, topics, retry } = ports;
  const places = partitionsOf(topics);
  const claim = await retry(() => store.claim(places, fold.revision));
  if (claim.superseded !== null) throw new Superseded(claim.superseded);
  const report = emptyReport();
  await notifyUnnotified(ports);
  // an agent of an older fold is on no board until it is made again
  await rebuildAgents(ports, report);
  for await (const keys of listWork(ports, below, report)) {
    // what a fold of a lower revision has made differs in any case
    const wrong = below === null ? await findDiffering(ports, keys) : keys;
    for (const [partition, group] of Map.groupBy(wrong, ports.partitionOf))
      await refold(ports, { topic: topics.callEvents, partition }, group, report);
    countLooked(ports, report, keys);
  }
  report.complete = ports.isWanted();
  if (report.complete) await retry(() => store.finish(places, fold.revision));
  return report;
}

/** Agents are few, and made anew whatever made them. */
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

/** Notifies of the changes that a killed rebuild had stored and not notified. Throws Superseded. */
export async function notifyUnnotified(ports: RebuildPorts): Promise<void> {
  const { store, fold, topics } = ports;
  for (const place of partitionsIn(topics.callEvents)) await refold(ports, place, [], emptyReport());
  for (const place of partitionsIn(topics.agentEvents))
    await settle(ports, place, () => store.refoldAgents({ ...place, keys: [] }, fold));
}

/** What a rebuild would change; changes nothing. */
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

/** What a fold claims, and a rebuild that is through marks: agents' partitions too, for a projector writes under one fold. */
export const partitionsOf = ({ callEvents, agentEvents }: RebuildPorts["topics"]): Partition[] =>
  [callEvents, agentEvents].flatMap(partitionsIn);

/** Keys to be looked at together. An oversized call stands alone; with `below` it is only counted. */
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

/** Most calls are right: found so without the fence, which holds up the projector of the partition. */
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

/** Refolds, then notifies of what changed. */
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
