import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withAdmin } from "@teravoz/kafka";
import { createRandom, drawWhole } from "@teravoz/simulator";
import { ROOT } from "@teravoz/stack";
import type { Campaign } from "../campaigns/campaign.ts";
import { findReplayedOtherwise } from "../checker/model-rules.ts";
import type { Violation } from "../checker/violation.ts";
import type { Struck } from "../nemesis/nemesis.ts";
import { killedServices } from "../nemesis/of-services.ts";
import { readEvidence, untilQuiet } from "../rig/quiet.ts";
import type { Rig } from "../rig/rig.ts";

/**
 * Deletes the group's offsets, then also the positions, then the calls. Each time the gateway must make the same
 * documents again.
 */
export const replayed: Campaign = {
  name: "replayed and rebuilt",
  rate: 150,
  gapMs: 500,
  lanes: [
    killedServices.filter(({ name }) => name === "ingest killed").map((fault) => ({ fault, times: 3 })),
  ],
  // clients would rightly see calls vanish
  rig: { counts: { realtime: 0 } },
  afterwards: async (rig) => {
    const steps: [string, (rig: Rig) => Promise<void>][] = [
      ["group offsets deleted", (each) => withoutProjectors(each, () => deleteGroup(each))],
      ["positions and group offsets deleted", (each) => withoutProjectors(each, () => deletePositions(each))],
      ["calls deleted and rebuilt", rebuildDeleted],
    ];
    const struck: Struck[] = [];
    const violations: Violation[] = [];
    let evidence = await readEvidence(rig);
    for (const [fault, step] of steps) {
      const before = evidence;
      const began = Date.now();
      await step(rig);
      await untilQuiet(rig);
      evidence = await readEvidence(rig);
      violations.push(...findReplayedOtherwise(before, evidence));
      struck.push({ fault, recoverMs: Date.now() - began });
    }
    return { struck, violations, evidence };
  },
};

export async function withoutProjectors({ processes }: Rig, run: () => Promise<unknown>): Promise<void> {
  const names = processes.of("projector").map(({ name }) => name);
  for (const name of names) processes.doom(name);
  await Promise.all(processes.of("projector").map((handle) => handle.stop()));
  await run();
  await Promise.all(names.map(processes.revive));
}

const deleteGroup = ({ opened }: Rig) =>
  withAdmin(opened.client, (admin) => admin.deleteGroups([`${opened.prefix}projector`]));

async function deletePositions(rig: Rig): Promise<void> {
  await deleteGroup(rig);
  const { callEvents, agentEvents } = rig.opened.topics;
  await rig.db.collection("positions").deleteMany({
    $or: [callEvents, agentEvents].map((topic) => ({ _id: { $regex: `^${topic}:` } as never })),
  });
}

async function rebuildDeleted(rig: Rig): Promise<void> {
  await rig.db.collection("calls").deleteMany({});
  await rebuild(rig);
}

/** Damages calls under traffic. The rebuild that repairs them is killed again and again, and then runs to its end. */
export const rebuildUnderKills = (kills: number): Campaign => ({
  name: "rebuild under kills",
  rate: 100,
  gapMs: 500,
  lanes: [
    killedServices.filter(({ name }) => name === "projector killed").map((fault) => ({ fault, times: 2 })),
  ],
  beside: async (rig) => {
    const random = createRandom(kills);
    const struck: Struck[] = [];
    await sleep(LEAD_MS);
    for (let kill = 0; kill < kills; kill++) {
      const aimed = kill % 2 === 0;
      const drawn = (withinMs: number) => sleep(drawWhole(random, STARTED_MS, withinMs));
      const killed = await killRebuild(rig, aimed ? () => untilHalfRepaired(rig) : drawn);
      const fault = aimed ? "rebuild killed half way" : "rebuild killed";
      struck.push({ fault, recoverMs: killed ? 0 : null });
    }
    await damageCalls(rig);
    const began = Date.now();
    await rebuild(rig);
    struck.push({ fault: "damaged calls rebuilt", recoverMs: Date.now() - began });
    return struck;
  },
});

const LEAD_MS = 3_000;
/** Before this time a process only loads its code. */
const STARTED_MS = 300;
/** Number of tries for one kill: a rebuild that ended before its kill does not count. */
const TRIES = 5;
/**
 * The estimated duration of a rebuild. The moment of the next kill is drawn within the duration of the last rebuild.
 */
const FIRST_GUESS_MS = 2_500;

async function killRebuild(rig: Rig, moment: (withinMs: number) => Promise<unknown>): Promise<boolean> {
  let tookMs = FIRST_GUESS_MS;
  for (let tries = 0; tries < TRIES; tries++) {
    await damageCalls(rig);
    const began = Date.now();
    if (await rebuild(rig, moment(tookMs))) return true;
    tookMs = Date.now() - began;
  }
  return false;
}

const DAMAGED = 50;

async function damageCalls({ db }: Rig): Promise<void> {
  const calls = db.collection<{ _id: string }>("calls");
  const drawn = await calls.aggregate<{ _id: string }>([{ $sample: { size: DAMAGED } }]).toArray();
  await calls.updateMany({ _id: { $in: drawn.map(({ _id }) => _id) } }, { $set: { queue: "damaged" } });
}

/** Resolves when more than half of the damaged calls are repaired; all of them may be, if the rebuild was quick. */
async function untilHalfRepaired({ db }: Rig): Promise<void> {
  const giveUpAt = Date.now() + HALF_WAY_MS;
  while (Date.now() < giveUpAt) {
    const left = await db.collection("calls").countDocuments({ queue: "damaged" });
    if (left < DAMAGED / 2) return;
  }
}

const HALF_WAY_MS = 20_000;

const COMMAND = join(ROOT, "services", "projector", "src", "rebuild", "command.ts");

/**
 * Runs `rebuild:calls` to its end, or kills it at `moment`. Resolves with whether it was killed. Throws if it fails.
 */
async function rebuild({ links, opened, dir, note }: Rig, moment?: Promise<unknown>): Promise<boolean> {
  const { kafka, registry, mongodb } = links.addresses;
  const addresses = { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry, MONGODB_URI: mongodb };
  const env = { ...process.env, ...addresses, TOPIC_PREFIX: opened.prefix };
  const child = spawn(process.execPath, [COMMAND], { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (said += text));
  void moment?.then(() => child.kill("SIGKILL"));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once("close", (...end) => resolve(end)),
  );
  // its log is kept with those of the services and searched like them
  appendFileSync(join(dir, "logs", "rebuild.log"), said);
  note(`rebuild ended with ${signal ?? code}: ${said.trim().split("\n").at(-1)}`);
  if (code !== 0 && signal !== "SIGKILL")
    throw new Error(`the rebuild ended with ${signal ?? code}: ${said}`);
  return signal === "SIGKILL";
}
