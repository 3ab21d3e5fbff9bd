import { setTimeout as sleep } from "node:timers/promises";
import { withAdmin } from "@teravoz/kafka";
import { readTopic } from "../../support/stack/kafka.ts";
import type { CallDocument, EventDocument, Evidence, LogRecord, Parked } from "../checker/evidence.ts";
import { shaOf } from "../checker/history.ts";
import { findUnnotifiedClients } from "../checker/notified-rules.ts";
import { findStaleClients } from "../checker/run-rules.ts";
import { findRemains } from "./remains.ts";
import type { Rig } from "./rig.ts";
import { readCommitted, readPositions } from "./sampler.ts";

/** The promised time to quiet after the last heal. It takes 1 to 5 s, even on two cores with a load of 17. */
const QUIET_MS = 30_000;
const LOOK_AGAIN_MS = 500;
/** The number of calls whose events each client asks for. */
const ASKED = 10;

type Limits = {
  /** Limit for the whole wait. */
  limitMs?: number;
  /** Limit for the wait after every service is ready and has read everything. */
  levelMs?: number;
};

/**
 * Waits until everything that was sent is stored and every client shows it. Resolves with the time that took, in ms.
 * Faults that are left when the time is over are noted as unrecovered.
 */
export async function untilQuiet(rig: Rig, limits: Limits = {}): Promise<number> {
  const { limitMs = QUIET_MS, levelMs = limitMs } = limits;
  const since = Date.now();
  let unrest: Unrest = { isLevel: false, faults: ["not checked yet"] };
  let levelSince = Number.POSITIVE_INFINITY;
  const isOver = () => Date.now() - since > limitMs || Date.now() - levelSince > levelMs;
  while (unrest.faults.length > 0 && !isOver()) {
    unrest = await findUnrest(rig).catch((error: Error) => ({ isLevel: false, faults: [error.message] }));
    levelSince = unrest.isLevel ? Math.min(levelSince, Date.now()) : Number.POSITIVE_INFINITY;
    if (unrest.faults.length > 0) await sleep(LOOK_AGAIN_MS);
  }
  rig.unrecovered.push(...unrest.faults);
  return Date.now() - since;
}

/** The faults that are left. `isLevel`: all services are ready and have read everything. */
type Unrest = { isLevel: boolean; faults: string[] };

async function findUnrest(rig: Rig): Promise<Unrest> {
  const silent = await findUnready(rig);
  if (silent.length > 0) return { isLevel: false, faults: silent };
  const behind = await findBehind(rig);
  if (behind.length > 0) return { isLevel: false, faults: behind };
  const { events, calls } = await readStore(rig);
  // clients ask for events later: only their lists are compared here
  const clients = rig.watchers.map((watcher) => ({ ...watcher.view(), events: [], unanswered: [] }));
  const stale = findStaleClients({ events, calls, clients } as unknown as Evidence);
  return { isLevel: true, faults: stale.slice(0, 3).map(({ where, detail }) => `${where}: ${detail}`) };
}

/** Returns the services whose /readyz does not answer 200, each with its answer. */
export async function findUnready({ processes }: Pick<Rig, "processes">): Promise<string[]> {
  const asked = processes.handles.map(async ({ name, url }) => {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    return answer?.ok
      ? []
      : [`${name} is not ready: ${(await answer?.text().catch(() => "")) ?? "no answer"}`];
  });
  return (await Promise.all(asked)).flat();
}

async function findBehind({ opened, db }: Rig): Promise<string[]> {
  const positions = await readPositions(db);
  const { callEvents, agentEvents } = opened.topics;
  const { ends, committed } = await withAdmin(opened.client, async (admin) => ({
    ends: await readEnds(admin, [callEvents, agentEvents]),
    committed: await readCommitted(admin, opened),
  }));
  return Object.entries(ends)
    .filter(([, end]) => end > 0)
    .filter(([place, end]) => (positions[place] ?? 0) < end || (committed[place] ?? 0) < end)
    .map(
      ([place, end]) => `${place}: ${positions[place] ?? 0} of ${end}, ${committed[place] ?? 0} committed`,
    );
}

/** Resolves with the ms until everything that the log holds now is stored; null if that takes longer than `limitMs`. */
export async function untilStored({ opened, db }: Rig, limitMs: number): Promise<number | null> {
  const began = Date.now();
  const { callEvents, agentEvents } = opened.topics;
  const read = () => withAdmin(opened.client, (admin) => readEnds(admin, [callEvents, agentEvents]));
  let ends: Record<string, number> | null = null;
  while (Date.now() - began < limitMs) {
    ends ??= await read().catch(() => null);
    const positions = ends && (await readPositions(db).catch(() => null));
    if (ends && positions && Object.entries(ends).every(([place, end]) => (positions[place] ?? 0) >= end))
      return Date.now() - began;
    await sleep(LOOK_AGAIN_MS / 5);
  }
  return null;
}

type Admin = Parameters<Parameters<typeof withAdmin>[1]>[0];

async function readEnds(admin: Admin, topics: string[]): Promise<Record<string, number>> {
  const read = topics.map(async (topic) => {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, high }) => [`${topic}:${partition}`, Number(high)] as const);
  });
  return Object.fromEntries((await Promise.all(read)).flat());
}

async function readStore({ db }: Rig): Promise<Pick<Evidence, "events" | "calls">> {
  const events = await db.collection<EventDocument>("events").find({}, { batchSize: 10_000 }).toArray();
  const calls = await db.collection<CallDocument>("calls").find({}, { batchSize: 10_000 }).toArray();
  return { events, calls };
}

/** Reads everything that is judged. Call it when the gateway is quiet. */
export async function readEvidence(rig: Rig): Promise<Evidence> {
  await rig.sampler.stop();
  const { events, calls } = await readStore(rig);
  await untilNotified(rig, calls);
  const asked = calls.slice(-ASKED).map(({ _id }) => _id);
  await Promise.all(rig.watchers.map((watcher) => watcher.askEvents(asked)));
  const { client, topics } = rig.opened;
  const [lateNotices, missedNotices] = await Promise.all([
    rig.cluster ? countOf(rig, "teravoz_late_notices_total") : 0,
    rig.cluster ? countOf(rig, "teravoz_missed_notices_total") : 0,
  ]);
  const [remains, notices, callLog, agentLog, parked] = await Promise.all([
    findRemains(rig),
    rig.cluster ? readNotices(rig) : null,
    readLog(rig, topics.callEvents),
    readLog(rig, topics.agentEvents),
    readParked(rig),
  ]);
  return {
    events,
    calls,
    history: rig.history,
    erased: rig.erased,
    remains,
    notices,
    lateNotices,
    missedNotices,
    // the logs are complete only after the services have ended
    leaks: [],
    samples: rig.sampler.samples,
    seen: rig.sampler.seen,
    ends: rig.processes.ends,
    struckAt: rig.struckAt,
    unrecovered: rig.unrecovered,
    committed: await withAdmin(client, (admin) => readCommitted(admin, rig.opened)),
    positions: await readPositions(rig.db),
    log: [...callLog, ...agentLog],
    parked,
    poison: rig.poison.map((value) => shaOf(String(value))),
    clients: rig.watchers.map((watcher) => watcher.view()),
  };
}

/**
 * Limit for the last notifications. A client that lists just after a change shows it before it is notified of it; a
 * notification that takes longer than this is lost.
 */
const NOTIFIED_MS = 10_000;

async function untilNotified({ watchers }: Rig, calls: CallDocument[]): Promise<void> {
  const giveUpAt = Date.now() + NOTIFIED_MS;
  const areAllNotified = () =>
    findUnnotifiedClients({ calls, clients: watchers.map((watcher) => watcher.view()) }).length === 0;
  while (!areAllNotified() && Date.now() < giveUpAt) await sleep(LOOK_AGAIN_MS);
}

async function readLog({ opened }: Rig, topic: string): Promise<LogRecord[]> {
  const records = await readTopic(opened, topic);
  return Promise.all(
    records.map(async ({ partition, offset, key, value }) => ({
      place: `${topic}:${partition}`,
      offset,
      key: key?.toString() ?? null,
      tombstone: value === null,
      uuid:
        value &&
        (await opened.codec.decodeEvent(value).then(
          ({ uuid }) => uuid,
          () => null,
        )),
    })),
  );
}

async function readNotices({ opened }: Rig): Promise<Map<string, number>> {
  const newest = new Map<string, number>();
  for (const { value } of await readTopic(opened, opened.topics.callChanges)) {
    const change = value && (await opened.codec.decodeChange(value));
    if (change?.kind === "call")
      newest.set(change.key, Math.max(change.version, newest.get(change.key) ?? 0));
  }
  return newest;
}

/** Returns the sum of a counter over all instances of realtime, since their last start. */
async function countOf({ processes }: Rig, metric: string): Promise<number> {
  const line = new RegExp(`^${metric} (\\d+)`, "m");
  const counts = processes.of("realtime").map(async ({ url }) => {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
    return Number(line.exec(await answer.text())?.[1] ?? Number.NaN);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function readParked({ opened }: Rig): Promise<Parked[]> {
  const records = await readTopic(opened, opened.topics.deadLetters);
  return records.map(({ value, headers }) => {
    const { reason, topic, partition, offset } = headers;
    const place = topic ? `${topic}:${partition}` : null;
    return { reason: String(reason), place, offset: Number(offset ?? -1), sha: shaOf(String(value)) };
  });
}
