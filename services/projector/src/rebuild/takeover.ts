import { setTimeout as sleep } from "node:timers/promises";
import type { CallRebuild, Fold } from "@teravoz/domain";
import { partitionOf } from "@teravoz/kafka";
import { type Health, type Log, type Metrics, untilAvailable } from "@teravoz/runtime";
import {
  notifyUnnotified,
  partitionsOf,
  type RebuildPorts,
  type RebuildReport,
  rebuildCalls,
  Superseded,
} from "./rebuild.ts";

/** The time between two checks whether a superseded projector still is superseded. */
const LOOK_AGAIN_MS = 5_000;

type Takeover = { store: CallRebuild; topics: RebuildPorts["topics"]; fold: Fold; log: Log };

/**
 * Claims all partitions for our fold, before the group is joined. Resolves with whether calls of an older fold may be
 * left. If a higher revision owns the partitions it waits, and the service is not ready meanwhile.
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
    const reason = `a newer release has taken over: its fold has revision ${superseded}, ours has ${fold.revision}`;
    health.add("fold", () => ({ ok: false, reason }));
    log.error(
      { revision: fold.revision, superseded },
      "a newer release has taken over: this projector reads nothing",
    );
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Returns a function that ends the process with 1 when it is first called with a higher revision. */
export function failOnceSuperseded(
  { revision }: Fold,
  log: Log,
  fail: (job: string, error: unknown) => void,
): (superseded: number) => void {
  let hasFailed = false;
  return (superseded) => {
    if (hasFailed) return;
    hasFailed = true;
    log.fatal({ revision, superseded }, "a newer release has taken over: this process ends");
    fail("projector", new Superseded(superseded));
  };
}

type Background = Takeover & {
  /** Calls of an older fold may be left. */
  isBehind: boolean;
  notify: RebuildPorts["notify"];
  metrics: Metrics;
  onSuperseded(revision: number): void;
  onCrash(error: unknown): void;
};

/**
 * Completes earlier rebuilds in the background: notifies the changes that a killed one has stored and not notified, and
 * folds again the calls that a fold of a lower revision has made. If it is killed, the next start continues with the
 * rest.
 */
export function completeRebuilds(deps: Background): { done: Promise<void>; stop(): Promise<void> } {
  const life = { wanted: true };
  const { isBehind, onSuperseded, onCrash } = deps;
  const ports = portsOf(deps, () => life.wanted);
  const done = (isBehind ? refoldOlder(deps, ports) : notifyUnnotified(ports)).catch((error) => {
    if (error instanceof Superseded) onSuperseded(error.revision);
    else if (life.wanted) onCrash(error);
  });
  return {
    done,
    async stop() {
      life.wanted = false;
      await done;
    },
  };
}

const portsOf = (
  { store, fold, topics, notify, log, metrics }: Background,
  isWanted: () => boolean,
): RebuildPorts => ({
  store,
  fold,
  topics,
  notify,
  isWanted,
  partitionOf,
  retry: (work) => untilAvailable(work, { log, isWanted }),
  onLooked: (calls) => metrics.refolded.inc(calls),
});

async function refoldOlder({ fold: { revision }, log, metrics }: Background, ports: RebuildPorts) {
  metrics.refoldPending.set(1);
  log.info({ revision }, "refolding calls of an older fold");
  const began = performance.now();
  const report = await rebuildCalls(ports, revision);
  if (!report.complete) return;
  metrics.refoldPending.set(0);
  log.info(
    { revision, ...countsOf(report), durationMs: performance.now() - began },
    "all calls are refolded",
  );
  const { oversized } = report;
  if (oversized > 0)
    log.warn({ revision, oversized }, "oversized calls are left: run rebuild:calls to fold them");
}

const countsOf = ({ looked, changed, added, removed, agents }: RebuildReport) => ({
  looked,
  changed,
  added,
  removed,
  agents,
});
