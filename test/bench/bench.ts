import { Command, InvalidArgumentError, Option } from "commander";
import { measureAcknowledged } from "./acknowledged.ts";
import { measureCatchUp } from "./catch-up.ts";
import { formatMeasured, type Measured, type Say } from "./figures.ts";
import { measureLatency } from "./latency.ts";
import { openStage, type Stage } from "./stage.ts";
import { measureStats } from "./stats.ts";

type Options = { only?: string[]; rounds: number; events: number };

const benches: Record<string, (stage: Stage, options: Options) => Promise<Measured>> = {
  acknowledged: measureAcknowledged,
  "catch-up": measureCatchUp,
  latency: measureLatency,
  stats: measureStats,
};

const say: Say = (line) => void process.stderr.write(`${line}\n`);

await bench(readOptions()).catch((error: Error) => {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exit(1);
});

function readOptions(): Options {
  return new Command("bench")
    .description(
      "Measures speed and memory on a separate stack and prints each figure beside its limit. Takes some minutes.",
    )
    .addOption(new Option("--only <name...>", "measure only these").choices(Object.keys(benches)))
    .option("--rounds <n>", "rounds of each figure; the median counts", parseCount, 3)
    .option("--events <n>", "events that the projector catches up with", parseCount, 100_000)
    .parse()
    .opts<Options>();
}

async function bench(options: Options): Promise<void> {
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  const stage = await openStage(say, interrupt.signal);
  try {
    const measured = await Promise.race([measureAll(stage, options), untilAborted(interrupt.signal)]);
    process.stdout.write(`\n${formatMeasured(measured)}\n`);
  } finally {
    await stage.close();
  }
}

async function measureAll(stage: Stage, options: Options): Promise<Measured> {
  const all: Measured = { figures: [], memory: [] };
  for (const name of options.only ?? Object.keys(benches)) {
    const { figures, memory } = await benches[name]!(stage, options);
    all.figures.push(...figures);
    all.memory.push(...memory);
  }
  return all;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new Error("interrupted"));
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("must be a whole number, 1 or more.");
  return Number(text);
}
