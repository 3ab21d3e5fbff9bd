import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "@teravoz/simulator";
import { inMs, type Measured, median, perSecond, readMemory } from "./figures.ts";
import type { Stage } from "./stage.ts";
import { createBodies, measureRound } from "./storm.ts";

const STORM_PER_SECOND = 10_000;
const ROUND_SECONDS = 10;
const ASKED_EVERY_MS = 100;

/**
 * Measures `GET /stats`, sent ten times a second while events arrive as fast as the machine takes them, up to 10,000 a
 * second. It compares the time of the answer with that of an answer that reads nothing, and the number of acknowledged
 * events with that of a run without these requests.
 */
export async function measureStats(stage: Stage, { rounds }: { rounds: number }): Promise<Measured> {
  const topics = await stage.openTopics();
  const handles = await stage.start(["ingest", "projector", "realtime"], {
    topics,
    mongodb: stage.newDatabase(),
  });
  const [ingest, , realtime] = handles;
  const nextBody = createBodies();
  const storm = async () => {
    const load = { seconds: ROUND_SECONDS, overallRate: STORM_PER_SECOND };
    return (await measureRound(`${ingest!.url}/webhook`, nextBody, load)).perSecond;
  };
  const rates: Record<"asked" | "unasked", number[]> = { asked: [], unasked: [] };
  const times: Record<"/stats" | "/livez", number[]> = { "/stats": [], "/livez": [] };
  try {
    await Promise.all(handles.map((handle) => handle.ready()));
    // this run is not counted, because the code is not compiled yet
    await storm();
    for (let round = 1; round <= rounds; round++) {
      const asking = startAsking(realtime!.url, times);
      rates.asked.push(await storm());
      await asking.stop();
      rates.unasked.push(await storm());
      stage.say(
        `stats ${round}/${rounds}: ${perSecond(rates.asked.at(-1)!)} while asked, ${perSecond(rates.unasked.at(-1)!)} while not`,
      );
    }
    return { figures: describe(rates, times), memory: readMemory("the storm", handles) };
  } finally {
    await Promise.all(handles.map((handle) => handle.stop()));
    await topics.close();
  }
}

function describe(rates: Record<"asked" | "unasked", number[]>, times: Record<string, number[]>) {
  const [asked, unasked] = [median(rates.asked), median(rates.unasked)];
  const both = (path: string) => {
    const sorted = times[path]!.toSorted((one, other) => one - other);
    return `p50 ${inMs(percentile(sorted, 0.5))}, p99 ${inMs(percentile(sorted, 0.99))}`;
  };
  return [
    {
      what: "acknowledged while /stats is asked 10 times a second",
      ours: perSecond(asked),
      limit: `not asked ${perSecond(unasked)}`,
      ratio: asked / unasked,
    },
    { what: "GET /stats in that storm", ours: both("/stats"), limit: `GET /livez ${both("/livez")}` },
  ];
}

/** Asks both paths in turn, so that a slower machine slows both down. */
function startAsking(url: string, times: Record<string, number[]>): { stop: () => Promise<void> } {
  let stopped = false;
  const done = (async () => {
    while (!stopped) {
      for (const [path, all] of Object.entries(times)) {
        const began = performance.now();
        const answer = await fetch(url + path);
        await answer.arrayBuffer();
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
        all.push(performance.now() - began);
      }
      await sleep(ASKED_EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await done;
    },
  };
}
