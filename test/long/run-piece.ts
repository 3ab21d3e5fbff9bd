import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import type { Piece } from "./pieces.ts";
import type { PieceResult } from "./results.ts";

const root = join(import.meta.dirname, "..", "..");

/** Limit for a piece. A piece takes at most ten minutes, so one that takes twice as long hangs. */
const LIMIT_MS = 20 * 60_000;
const TOTALS = /^(\d+) passed, (\d+) failed$/;

/**
 * Runs a piece as a separate process. Null if it was interrupted. A piece that prints no totals counts as one failure.
 */
export async function runPiece(piece: Piece, signal: AbortSignal): Promise<PieceResult | null> {
  const began = Date.now();
  const child = spawn(process.execPath, piece.args, {
    cwd: root,
    env: { ...process.env, ...piece.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const end = () => child.kill("SIGTERM");
  signal.addEventListener("abort", end);
  const timer = setTimeout(end, LIMIT_MS);
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
  if (signal.aborted) return null;
  const totals = said.trim().split("\n").at(-1)?.match(TOTALS);
  const [passed, failed] = totals ? [Number(totals[1]), Number(totals[2])] : [0, 1];
  return {
    name: piece.name,
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim(),
    seconds: Math.round((Date.now() - began) / 1_000),
    passed,
    failed: code === 0 ? failed : Math.max(1, failed),
  };
}
