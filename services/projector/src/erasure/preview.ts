import {
  type ErasureSubject,
  type Extent,
  ledgerId,
  type Person,
  type PersonFindings,
  type PersonShare,
  reasonToConfirm,
  Unavailable,
} from "@teravoz/domain";
import type { TopicNames } from "@teravoz/kafka";
import type { Preview, PreviewResult } from "@teravoz/protocol";
import type { Log } from "@teravoz/runtime";
import { type ErasePorts, extentOf } from "./erase.ts";

export type Previews = {
  /**
   * Starts a preview, or returns the running one of the same subject. Null if a preview of another subject is running.
   */
  start(of: Person | ErasureSubject): Preview | null;
  find(of: Person | ErasureSubject): Preview | null;
};

type Ports = Pick<ErasePorts, "erasures" | "topics" | "now"> & { log: Log };

/** The time that a preview is kept: long enough to decide, short enough that its counts are still about right. */
export const KEPT_MS = 3_600_000;
/** The most possible records that a preview lists, because a person reads the list. */
const LISTED = 1_000;

/** Creates the previews of this process. One runs at a time, because each reads all events. */
export function createPreviews(ports: Ports): Previews {
  const kept = new Map<string, Preview>();
  const forgetOld = () => {
    for (const [id, preview] of kept)
      if (preview.state !== "running" && preview.finished_at.getTime() + KEPT_MS <= ports.now().getTime())
        kept.delete(id);
  };
  return {
    start: (of) => {
      forgetOld();
      const id = ledgerId(of);
      const known = kept.get(id);
      if (known?.state === "running") return known;
      if ([...kept.values()].some(({ state }) => state === "running")) return null;
      const running: Preview = { state: "running", done: 0, total: 0 };
      kept.set(id, running);
      void run(ports, of, running).then((ended) => kept.set(id, ended));
      return running;
    },
    find: (of) => {
      forgetOld();
      return kept.get(ledgerId(of)) ?? null;
    },
  };
}

async function run(
  ports: Ports,
  of: Person | ErasureSubject,
  running: Extract<Preview, { state: "running" }>,
): Promise<Preview> {
  try {
    const onProgress = (done: number, total: number) => void Object.assign(running, { done, total });
    const result = await preview(ports, of, onProgress);
    ports.log.info({ count: result.calls }, "preview of an erasure done");
    return { state: "done", finished_at: ports.now(), result };
  } catch (err) {
    const isAway = err instanceof Unavailable;
    ports.log[isAway ? "warn" : "error"]({ err }, "preview of an erasure failed");
    const message = isAway ? "a dependency is unavailable: request the preview again" : "internal error";
    return { state: "failed", finished_at: ports.now(), message };
  }
}

async function preview(
  { erasures, topics }: Ports,
  of: Person | ErasureSubject,
  onProgress: (done: number, total: number) => void,
): Promise<PreviewResult> {
  const found = await find(erasures, of, topics, onProgress);
  const { certain, possible } = found;
  const [extent, wide, measure] = await Promise.all([
    extentOf({ erasures, topics }, found, { possible: false }),
    extentOf({ erasures, topics }, found, { possible: true }),
    erasures.measure(certain),
  ]);
  return {
    calls: extent.calls,
    all: extent.all,
    share: extent.all === 0 ? 0 : extent.calls / extent.all,
    ...measure,
    dead_letters: certain.deadLetters.length,
    is_ours: found.isOurs,
    confirm: confirmOf(extent),
    confirm_possible: confirmOf(wide),
    possible: listOf(possible).slice(0, LISTED),
    possible_total: listOf(possible).length,
  };
}

const confirmOf = (extent: Extent): number | null => (reasonToConfirm(extent) === null ? null : extent.calls);

async function find(
  erasures: Ports["erasures"],
  of: Person | ErasureSubject,
  topics: TopicNames,
  onProgress: (done: number, total: number) => void,
): Promise<PersonFindings> {
  if (of.kind === "number" || of.kind === "actor")
    return erasures.findPerson(of, { agentTopic: topics.agentEvents, onProgress });
  const nothing: PersonShare = { calls: [], events: [], deadLetters: [] };
  return { certain: await erasures.findCall(of.key), possible: nothing, isOurs: false };
}

const listOf = ({ calls, events, deadLetters }: PersonShare): PreviewResult["possible"] => [
  ...calls.map((key) => ({ kind: "call" as const, key })),
  ...events.map(({ uuid }) => ({ kind: "event" as const, key: uuid })),
  ...deadLetters.map(({ id }) => ({ kind: "dead-letter" as const, key: id })),
];
