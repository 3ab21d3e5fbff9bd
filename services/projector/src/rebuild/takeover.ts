import { setTimeout as sleep } from "node:timers/promises";
import type { CallRebuild, Fold, Partition } from "@teravoz/domain";
import { PARTITIONS, partitionOf, type TopicNames } from "@teravoz/kafka";
import { type Health, type Log, type Metrics, untilAvailable } from "@teravoz/runtime";
import { type RebuildPorts, type Report, rebuildCalls, Superseded } from "./rebuild.ts";

/** How often a projector that was superseded looks whether it still is. */
const LOOK_AGAIN_MS = 5_000;

type Takeover = { store: CallRebuild; topics: TopicNames; fold: Fold; log: Log };

const partitionsOf = ({ callEvents, agentEvents }: TopicNames): Partition[] =>
  [callEvents, agentEvents].flatMap((topic) =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })),
  );

/**
 * Puts all partitions under our fold, before the group is joined; resolves with whether calls of an older fold may be left.
 * Where a higher revision has them it waits, and the service is not ready, for as long as that is so.
 */
export async function claimPartitions(
  { store, topics, fold, log }: Takeover,
  health: Pick<Health, "add">,
): Promise<boolean> {
  for (;;) {
    const claim = await untilAvailable(() => store.claim(partitionsOf(topics), fold.revision), { log });
    if (claim.superseded === null) {
      health.add("fold", () => ({ ok: true }));
      return claim.behind;
    }
    const { superseded } = claim;
    const reason = `a newer release has taken over: its fold has revision ${superseded}, ours ${fold.revision}`;
    health.add("fold", () => ({ ok: false, reason }));
    log.error({ revision: fold.revision, superseded }, "a newer release has taken over: nothing is read");
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Ends the process with 1 when it is first told that a higher revision has taken over. */
export function giveWayOnce(
  { revision }: Fold,
  log: Log,
  fail: (job: string, error: unknown) => void,
): (superseded: number) => void {
  let given = false;
  return (superseded) => {
    if (given) return;
    given = true;
    log.fatal({ revision, superseded }, "a newer release has taken over: this one ends");
    fail("projector", new Superseded(superseded));
  };
}

type Background = Takeover & {
  notify: RebuildPorts["notify"];
  metrics: Metrics;
  onSuperseded(revision: number): void;
  onCrash(error: unknown): void;
};

/** Folds anew, in the background, what a fold of a lower revision has made. Killed, the next start goes on with what is left. */
export function refoldOlder(deps: Background): { stop(): Promise<void> } {
  const life = { wanted: true };
  const { metrics, onSuperseded, onCrash } = deps;
  metrics.refoldPending.set(1);
  const done = refold(deps, () => life.wanted).catch((error) => {
    if (error instanceof Superseded) onSuperseded(error.revision);
    else if (life.wanted) onCrash(error);
  });
  return {
    async stop() {
      life.wanted = false;
      await done;
    },
  };
}

async function refold(deps: Background, isWanted: () => boolean): Promise<void> {
  const { store, fold, topics, notify, log, metrics } = deps;
  const { revision } = fold;
  log.info({ revision }, "folding anew what an older fold has made");
  const began = performance.now();
  const report = await rebuildCalls(
    {
      ...{ store, fold, notify, isWanted, partitionOf },
      topic: topics.callEvents,
      partitions: PARTITIONS,
      retry: (work) => untilAvailable(work, { log, isWanted }),
      onLooked: (calls) => metrics.refolded.inc(calls),
    },
    revision,
  );
  if (!report.complete) return;
  metrics.refoldPending.set(0);
  log.info(
    { revision, ...countsOf(report), durationMs: performance.now() - began },
    "all calls are folded anew",
  );
}

const countsOf = ({ looked, changed, added, removed }: Report) => ({ looked, changed, added, removed });
