import { setTimeout as sleep } from "node:timers/promises";
import { createRandom, drawOne } from "@teravoz/simulator";
import type { Campaign } from "../campaigns/campaign.ts";
import type { Struck } from "../nemesis/nemesis.ts";
import { aimedKills, erasureKills, killedServices } from "../nemesis/of-services.ts";
import type { Rig } from "../rig/rig.ts";

/** Erases calls while their events arrive and their projectors die. */
export const erasureUnderKills = (erasures: number, kills: number): Campaign => ({
  name: "erasure under kills",
  rate: 120,
  gapMs: 500,
  lanes: [
    [
      ...erasureKills.map((fault) => ({ fault, times: kills })),
      ...[...aimedKills, ...killedServices]
        .filter(({ name }) => name.startsWith("projector"))
        .map((fault) => ({ fault, times: Math.floor(kills / 2) })),
    ],
  ],
  beside: (rig, over) => eraseCalls(rig, over, erasures),
});

/** Pause between two erasures. */
const PAUSE_MS = 250;
const POLL_MS = 500;
/**
 * Limit for a receipt. A partition waits for the session of a dead owner, then perhaps for that of the next one, before
 * the receipt comes: 74 s at most so far.
 */
const CLEAN_MS = 150_000;

/** Erases calls that have events: at least `least`, and until the kills are over. */
async function eraseCalls(rig: Rig, over: () => boolean, least: number): Promise<Struck[]> {
  const random = createRandom(least);
  const asked = new Set<string>();
  const clean: Promise<Struck>[] = [];
  while (asked.size < least || !over()) {
    await sleep(PAUSE_MS);
    const recent = rig.history.operations.slice(-2_000).filter(({ outcome }) => outcome === "ok");
    const call = recent.length > 0 ? drawOne(random, recent).call : "";
    // an agent has no call_id
    if (call === "" || call.includes("@") || asked.has(call)) continue;
    asked.add(call);
    clean.push(eraseCall(rig, call));
  }
  return Promise.all(clean);
}

/** Erases a call. Resolves when its receipt says that the store is clean: no later sample may have anything of it. */
async function eraseCall(rig: Rig, call: string): Promise<Struck> {
  const path = `/calls/${encodeURIComponent(call)}`;
  const began = Date.now();
  // from here on its events may be stored or not
  rig.erased.set(call, Number.POSITIVE_INFINITY);
  let accepted = false;
  for (const giveUpAt = began + CLEAN_MS; Date.now() < giveUpAt; await sleep(POLL_MS)) {
    // a second request would restart the erasure, so one is enough
    accepted ||= (await askAny(rig, path, "DELETE")) !== null;
    if (!accepted) continue;
    const receipt = await askAny(rig, `${path}/erasure`, "GET");
    if (!receipt?.data.clean_at) continue;
    rig.erased.set(call, rig.sampler.samples.length);
    return { fault: "call erased", recoverMs: Date.now() - began };
  }
  rig.unrecovered.push(`${call} is not erased ${CLEAN_MS} ms after the request`);
  return { fault: "call erased", recoverMs: null };
}

type Answer = { data: { clean_at: string | null } };

/** Asks the projectors in turn. Resolves with the first answer that is 2xx, null without one. */
async function askAny({ processes }: Rig, path: string, method: string): Promise<Answer | null> {
  for (const { url } of processes.of("projector")) {
    const asked = fetch(`${url}${path}`, { method, signal: AbortSignal.timeout(6_000) });
    const answer = await asked.then(
      (each) => (each.ok ? each.json() : null),
      () => null,
    );
    if (answer) return answer as Answer;
  }
  return null;
}
