import { setTimeout as sleep } from "node:timers/promises";
import { awaitWhole } from "../cluster/faults.ts";
import { type Window, windowOf } from "../cluster/windows.ts";
import { untilStored } from "../rig/quiet.ts";
import type { Rig } from "../rig/rig.ts";
import type { Fault, Strike } from "./fault.ts";
import type { Plan } from "./plan.ts";

/**
 * A strike and the time from its end to recovery, in ms; null if it did not happen, or the services did not recover.
 */
export type Struck = {
  fault: string;
  recoverMs: number | null;
  /** The effect of the fault on senders; on a cluster only. */
  window?: Window;
};

const RECOVER_MS = 90_000;
/** A process may wait for brokers or members that are struck at the same time. */
const RECOVER_ON_CLUSTER_MS = 180_000;
const LOOK_AGAIN_MS = 50;

/** Number of tries for one strike: an aimed kill whose point was not reached is aimed again. */
const TRIES = 3;

/**
 * Carries out the lanes of a plan side by side. `stop` ends it after the strikes under way. Resolves with false if it
 * left strikes.
 */
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

/**
 * Carries out one strike and waits for the recovery. A strike that happened is not repeated, even without a recovery.
 */
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
  if (ended === null) rig.note(`${name}: ${target}: did not happen`);
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

/** Measures the effect on senders, and waits until the cluster is whole. Null if the parts are not a cluster. */
async function measureWindow(
  rig: Rig,
  { from, ended }: { from: number; ended: number },
): Promise<Window | null> {
  const { cluster, history } = rig;
  if (!cluster) return null;
  const stored = await untilStored(rig, STORED_MS);
  if (stored === null) rig.unrecovered.push(`some events were not stored ${STORED_MS} ms after a strike`);
  const to = Date.now();
  await awaitWhole(rig, cluster);
  return { ...windowOf(history.operations, { from, ended, to }), storedAfterMs: to - ended };
}

const recoverMsOf = ({ cluster }: Rig) => (cluster ? RECOVER_ON_CLUSTER_MS : RECOVER_MS);

/** Resolves with the moment at which all of these services were ready, null if they were not in time. */
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
