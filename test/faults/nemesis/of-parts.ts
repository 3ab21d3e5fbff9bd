import { setTimeout as sleep } from "node:timers/promises";
import type { Part } from "@teravoz/stack";
import type { LinkedPart } from "../rig/links.ts";
import type { Rig } from "../rig/rig.ts";
import type { Fault } from "./fault.ts";

const PARTS: readonly Part[] = ["kafka", "registry", "mongodb"];
const NAMES: Record<Part, string> = { kafka: "broker", registry: "registry", mongodb: "mongod" };
const ONE_HIT = [1, 1] as const;

const killed = (part: Part): Fault => ({
  name: `${NAMES[part]} killed`,
  targets: [part],
  holdMs: [0, 4_000],
  hits: ONE_HIT,
  recovers: "all",
  async strike({ stack }, { holdMs }) {
    await stack.kill(part);
    await sleep(holdMs);
    await stack.start(part);
    return Date.now();
  },
});

/** Pauses a part for longer than a request may take, and sometimes for longer than a session. */
const paused = (part: Part): Fault => ({
  name: `${NAMES[part]} paused`,
  targets: [part],
  holdMs: [2_000, 10_000],
  hits: ONE_HIT,
  recovers: "all",
  async strike({ stack }, { holdMs }) {
    await stack.pause(part);
    await sleep(holdMs);
    await stack.resume(part);
    return Date.now();
  },
});

/** Limit for two samples. A sample reads whole collections, which takes seconds on a busy machine. */
const LOOKS_MS = 30_000;

/** Limit until the projectors work. If they slept longer than their session they join again first: two rebalances. */
const AT_WORK_MS = 60_000;

/**
 * Resolves when the projectors commit offsets and have just stored an event, or when the time is over. A kill while
 * they do not work proves nothing.
 */
async function untilAtWork({ sampler, db }: Pick<Rig, "sampler" | "db">): Promise<void> {
  const giveUpAt = Date.now() + AT_WORK_MS;
  const countCommitted = () =>
    Object.values(sampler.samples.at(-1)?.committed ?? {}).reduce((sum, offset) => sum + offset, 0);
  const countStored = () => db.collection("events").estimatedDocumentCount();
  const committed = countCommitted();
  while (countCommitted() <= committed && Date.now() < giveUpAt) await sleep(50);
  const stored = await countStored();
  while ((await countStored()) <= stored && Date.now() < giveUpAt) await sleep(10);
}

/**
 * Kills MongoDB while events are stored. The projectors sleep until two samples have been taken after its restart, so
 * that nothing hides a write that it has lost.
 */
export const mongodKilledAsleep: Fault = {
  name: "mongod killed, projectors asleep",
  targets: ["mongodb"],
  holdMs: [0, 500],
  hits: ONE_HIT,
  recovers: "all",
  async strike(rig, { holdMs }) {
    const { stack, processes, sampler } = rig;
    const projectors = processes.of("projector");
    await untilAtWork(rig);
    await stack.kill("mongodb");
    for (const projector of projectors) projector.kill("SIGSTOP");
    await stack.start("mongodb");
    await sampler.untilLooked(2, LOOKS_MS);
    await sleep(holdMs);
    for (const projector of projectors) projector.kill("SIGCONT");
    return Date.now();
  },
};

/** The primary steps down for the duration of the strike. In a set of one it then becomes primary again. */
export const mongodStepsDown: Fault = {
  name: "mongod steps down",
  targets: ["mongodb"],
  holdMs: [1_000, 4_000],
  hits: ONE_HIT,
  recovers: "all",
  async strike({ db }, { holdMs }) {
    const seconds = Math.ceil(holdMs / 1_000);
    await db.admin().command({ replSetStepDown: seconds, force: true });
    await sleep(seconds * 1_000);
    return Date.now();
  },
};

/** Pauses the broker for longer than a request may take, and resumes it before any sender gives up. */
export const brokerPausedBriefly: Fault = {
  ...paused("kafka"),
  name: "broker paused briefly",
  holdMs: [2_200, 3_500],
};

type Break = { name: string; holdMs: readonly [number, number]; how: "cut" | "hang" | "slow" };

/** Kinds of broken links. A link that hangs for longer than a request may take is given up; a slow one must not be. */
const BREAKS: readonly Break[] = [
  { name: "cut", holdMs: [500, 4_000], how: "cut" },
  { name: "half open", holdMs: [2_000, 12_000], how: "hang" },
  { name: "slow", holdMs: [2_000, 6_000], how: "slow" },
];
/** Delay in each direction: a request takes twice this, a transaction of seven commands 1.4 s. */
const SLOW_MS = 100;

const LINKED: readonly [kind: string, part: LinkedPart][] = [
  ["ingest", "kafka"],
  ["projector", "kafka"],
  ["projector", "mongodb"],
  ["realtime", "kafka"],
  ["realtime", "mongodb"],
];

const broken = ([kind, part]: (typeof LINKED)[number], { name, holdMs, how }: Break): Fault => ({
  name: `${kind}'s link to the ${NAMES[part]} ${name}`,
  targets: [`${kind}-1`, `${kind}-2`],
  holdMs,
  hits: ONE_HIT,
  recovers: "target",
  async strike({ links }, strike) {
    const link = links.find(strike.target, part);
    if (how === "slow") link.slow(SLOW_MS);
    else link[how]();
    await sleep(strike.holdMs);
    link.heal();
    return Date.now();
  },
});

export const killedParts = PARTS.map(killed);
export const pausedParts = PARTS.map(paused);
export const brokenLinks = LINKED.flatMap((linked) => BREAKS.map((each) => broken(linked, each)));
