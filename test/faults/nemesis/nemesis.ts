import { setTimeout as sleep } from "node:timers/promises";
import { awaitWhole } from "../cluster/faults.ts";
import { type Window, windowOf } from "../cluster/windows.ts";
import { untilStored } from "../rig/quiet.ts";
import type { Rig } from "../rig/rig.ts";
import type { Fault } from "./fault.ts";
import type { Plan, Strike } from "./plan.ts";

/** A strike and its outcome: how long after its end all was well again; null if it did not happen, or nothing recovered. */
export type Struck = {
  fault: string;
  recoverMs: number | null;
  /** The effect of the fault on senders; on a cluster only. */
  window?: Window;
};

const RECOVER_MS = 90_000;
/** A process may wait for brokers or members that are struck beside it. */
const RECOVER_ON_CLUSTER_MS = 180_000;
const LOOK_AGAIN_MS = 50;

/** An aimed kill waits for its point; one that it did not come to is aimed again. */
const TRIES = 3;

/** Carries out a plan: its lanes side by side. `stop` ends it after the strikes under way; resolves with whether none was left. */
export async function carryOut(
  rig: Rig,
  plan: Plan,
  faults: readonly Fault[],
  { stop, onStruck }: { stop: () => boolean; onStruck(struck: Struck): void },
): Promise<boolean> {
  const byName = new Map(faults.map((fault) => [fault.name, fault]));
  const strikeOnce = async (strike: Strike) => {
    const { happened, ...struck } = await carryOutOne(rig, byName.get(strike.fault)!, strike);
    onStruck(struck);
    return happened;
  };
  const lanes = plan.map(async (lane) => {
    for (const strike of lane) {
      await sleep(strike.gapMs);
      for (let tries = 0; tries < TRIES; tries++) {
        if (stop()) return false;
        if (await strikeOnce(strike)) break;
      }
    }
    return true;
  });
  return (await Promise.all(lanes)).every(Boolean);
}

/** Carries out one strike and waits until what it struck is ready again. One that happened is not repeated, recovered or not. */
export async function carryOutOne(
  rig: Rig,
  fault: Fault,
  strike: Strike,
): Promise<Struck & { happened: boolean }> {
  const { fault: name, target, holdMs, hits } = strike;
  rig.note(`${name}: ${target}, ${holdMs} ms, hit ${hits}`);
  const span = { from: Date.now(), to: Number.POSITIVE_INFINITY };
  rig.struckAt.push(span);
  const ended = await fault.strike(rig, strike);
  if (ended === null) rig.note(`${name}: ${target}: did not come to pass`);
  const names = fault.recovers === "all" ? rig.processes.handles.map((handle) => handle.name) : [target];
  const recovered = await untilReady(rig, names);
  const isMeasured = ended !== null && fault.recovers === "all";
  const window = isMeasured ? await measureWindow(rig, { from: span.from, ended }) : null;
  span.to = Date.now();
  rig.note(`${name}: ${target} over`);
  if (recovered === null)
    rig.unrecovered.push(`${names.join(", ")} not ready ${recoverMsOf(rig)} ms after ${name}`);
  const recoverMs = ended === null || recovered === null ? null : recovered - ended;
  return { fault: name, recoverMs, happened: ended !== null, ...(window ? { window } : {}) };
}

const STORED_MS = RECOVER_ON_CLUSTER_MS;

/** Null where the parts are no cluster. The next strike finds the cluster whole. */
async function measureWindow(
  rig: Rig,
  { from, ended }: { from: number; ended: number },
): Promise<Window | null> {
  const { cluster, history } = rig;
  if (!cluster) return null;
  const stored = await untilStored(rig, STORED_MS);
  if (stored === null) rig.unrecovered.push(`not all was stored ${STORED_MS} ms after a strike`);
  const to = Date.now();
  await awaitWhole(rig, cluster);
  return { ...windowOf(history.operations, { from, ended, to }), storedAfterMs: to - ended };
}

const recoverMsOf = ({ cluster }: Rig) => (cluster ? RECOVER_ON_CLUSTER_MS : RECOVER_MS);

/** Resolves with when all of these were ready, null where they were not in time. */
async function untilReady(rig: Rig, names: string[]): Promise<number | null> {
  const urls = names.map((name) => rig.processes.find(name).url);
  const giveUpAt = Date.now() + recoverMsOf(rig);
  while (Date.now() < giveUpAt) {
    const ready = await Promise.all(urls.map(isReady));
    if (ready.every(Boolean)) return Date.now();
    await sleep(LOOK_AGAIN_MS);
  }
  return null;
}

const isReady = (url: string) =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
