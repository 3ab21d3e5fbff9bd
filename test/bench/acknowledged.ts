import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { inMs, type Measured, median, perSecond, readMemory } from "./figures.ts";
import type { Stage } from "./stage.ts";
import { CONNECTIONS, createBodies, measureRound, type Round } from "./storm.ts";

/** Long enough that a pause of the garbage collector has little weight. */
const ROUND_SECONDS = 5;
/** Rounds that are not counted, because the compilers of Node and of the broker's JVM are still at work. */
const WARM_UP_ROUNDS = 2;

/** Measures acknowledged events/s of ingest and of a bare Koa, in turn, so that a slower machine slows both down. */
export async function measureAcknowledged(stage: Stage, { rounds }: { rounds: number }): Promise<Measured> {
  const topics = await stage.openTopics();
  const [ingest] = await stage.start(["ingest"], { topics, mongodb: stage.newDatabase() });
  const bare = await startBareKoa();
  const nextBody = createBodies();
  const fire = (url: string) => measureRound(url, nextBody, { seconds: ROUND_SECONDS });
  try {
    await ingest!.ready();
    const ours: Round[] = [];
    const limit: Round[] = [];
    for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round++) {
      const [us, them] = [await fire(`${ingest!.url}/webhook`), await fire(bare.url)];
      stage.say(
        `acknowledged ${round}/${rounds}: ingest ${perSecond(us.perSecond)}, bare ${perSecond(them.perSecond)}`,
      );
      if (round > 0) [ours.push(us), limit.push(them)];
    }
    const memory = readMemory("acknowledged", [ingest!]);
    return { figures: [compare(ours, limit)], memory };
  } finally {
    bare.process.kill();
    await ingest!.stop();
    await topics.close();
  }
}

function compare(ours: Round[], limit: Round[]) {
  const [us, them] = [ours, limit].map((rounds) => median(rounds.map((round) => round.perSecond)));
  return {
    what: `acknowledged events, ${CONNECTIONS} connections`,
    ours: `${perSecond(us!)} (p99 ${inMs(median(ours.map(({ p99 }) => p99)))})`,
    limit: `bare Koa ${perSecond(them!)}`,
    ratio: us! / them!,
  };
}

async function startBareKoa(): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "bare-koa.ts")], {
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(child.stdout, "data");
  return { process: child, url: `http://127.0.0.1:${String(port).trim()}/webhook` };
}
