import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { sumTotals } from "../runner/run-jest.ts";
import { type Piece, pieces } from "./pieces.ts";
import { addResult, formatResults, isGreen, keepResults, type PieceResult, readResults } from "./results.ts";
import { runPiece } from "./run-piece.ts";

type Options = { fresh?: true; only?: string; minutes: number; list?: true };

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** The committed results, and the page with their table. */
const FILE = join(import.meta.dirname, "results.json");
const PAGE = join(import.meta.dirname, "RESULTS.md");

// after a signal no further piece starts
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort()).once("SIGINT", () => stopping.abort());

const options = readOptions();
const wanted =
  options.only === undefined ? pieces : pieces.filter(({ name }) => name.includes(options.only!));
if (wanted.length === 0) fail(`no piece is called ${options.only}; --list names all`);
if (options.list) list(wanted);
else {
  if (options.fresh) await keepResults(FILE, PAGE, []);
  await runAll(wanted);
}

function readOptions(): Options {
  return new Command("test:long")
    .description(
      "Runs every suite and campaign with full counts, in pieces of at most ten minutes. Continues with the pieces that have not passed yet. The results are in test/long.",
    )
    .option("--fresh", "start over: delete all results")
    .option("--only <name>", "run only the pieces with this text in their name, even those that have passed")
    .option("--minutes <n>", "start no piece after this many minutes", parseMinutes, Number.POSITIVE_INFINITY)
    .option("--list", "list all pieces with their last results")
    .parse()
    .opts<Options>();
}

function parseMinutes(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError("must be a whole number of minutes.");
  return Number(text);
}

function list(all: readonly Piece[]): void {
  const results = readResults(FILE);
  for (const { name } of all) {
    const result = results.find((each) => each.name === name);
    const became = result ? `${isGreen(result) ? "passed" : "FAILED"} on ${result.date}` : "not run yet";
    process.stdout.write(`${name}: ${became}\n`);
  }
}

async function runAll(all: readonly Piece[]): Promise<void> {
  const results = readResults(FILE);
  const hasPassed = ({ name }: Piece) => results.some((result) => result.name === name && isGreen(result));
  const left = options.only === undefined ? all.filter((piece) => !hasPassed(piece)) : all;
  if (left.length === 0) say("every piece has passed: --fresh starts over");
  const names = pieces.map(({ name }) => name);
  const endAt = Date.now() + options.minutes * 60_000;
  const run: PieceResult[] = [];
  for (const [n, piece] of left.entries()) {
    if (stopping.signal.aborted || Date.now() > endAt) break;
    say(`piece ${n + 1} of ${left.length}: ${piece.name}`);
    const result = await runPiece(piece, stopping.signal);
    if (!result) break;
    run.push(result);
    await keepResults(FILE, PAGE, addResult(readResults(FILE), result, names));
    say(formatResults([result]));
  }
  finish(run, left.length);
}

function finish(run: readonly PieceResult[], wantedCount: number): void {
  const { passed, failed } = sumTotals(run);
  if (run.length < wantedCount)
    say(`${wantedCount - run.length} pieces are left: run the command again to continue`);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exit(failed > 0 || (run.length === 0 && wantedCount > 0) ? 1 : 0);
}

function fail(message: string): never {
  say(`test:long: ${message}`);
  process.exit(1);
}
