import type { Struck } from "../nemesis/nemesis.ts";
import type { Rig } from "../rig/rig.ts";
import type { Afterwards, Campaign } from "./campaign.ts";

/**
 * Makes one run with the faults of several campaigns, on one gateway. All `beforehand` parts run first, one after the
 * other; then all lanes and `beside` parts run side by side; the `afterwards` parts run last. The members share one
 * rig, so their settings must not contradict each other.
 */
export function together(members: readonly Campaign[]): Campaign {
  const settings = members.map(({ rig }) => rig ?? {});
  return {
    name: members.map(({ name }) => name).join(" + "),
    members,
    lanes: members.flatMap(({ lanes }) => lanes),
    rate: Math.max(...members.map(({ rate }) => rate)),
    gapMs: Math.max(...members.map(({ gapMs }) => gapMs)),
    rig: {
      ...Object.assign({}, ...settings),
      counts: Object.assign({}, ...settings.map(({ counts }) => counts)),
      env: (dir) => Object.assign({}, ...settings.map(({ env }) => env?.(dir))),
    },
    endsInDeath: members.some(({ endsInDeath = true }) => endsInDeath),
    beforehand: (rig) => inTurn(members, async ({ beforehand }) => (await beforehand?.(rig)) ?? []),
    beside: async (rig, over) =>
      (await Promise.all(members.map(({ beside }) => beside?.(rig, over) ?? []))).flat(),
    ...(members.some(({ afterwards }) => afterwards)
      ? { afterwards: (rig) => allAfterwards(members, rig) }
      : {}),
  };
}

async function inTurn(members: readonly Campaign[], run: (member: Campaign) => Promise<Struck[]>) {
  const struck: Struck[] = [];
  for (const member of members) struck.push(...(await run(member)));
  return struck;
}

/**
 * Runs all `afterwards` parts. The last evidence counts: it is read after every step that changes the store and must
 * not harm it.
 */
async function allAfterwards(members: readonly Campaign[], rig: Rig): Promise<Afterwards> {
  const all: Afterwards[] = [];
  for (const { afterwards } of members) if (afterwards) all.push(await afterwards(rig));
  return {
    struck: all.flatMap(({ struck }) => struck),
    violations: all.flatMap(({ violations }) => violations),
    evidence: all.at(-1)!.evidence,
  };
}
