import type { OracleEvent } from "./events.ts";
import { type Answer, count } from "./oracle.ts";

/** An event of a test: seconds after noon, type, and the other fields. */
export type Line = [seconds: number, type: string, fields?: object];

const NOON_MS = Date.parse("2026-11-29T15:00:00Z");

/** Returns the moment `seconds` after noon, in ms since the epoch. */
export const after = (seconds: number): number => NOON_MS + Math.round(seconds * 1_000);

/** Returns events of call "c1", unless a line names another call; received in the order of the lines. */
export const eventsOf = (lines: readonly Line[]): OracleEvent[] =>
  lines.map(([seconds, type, fields], n) => {
    const stamp = new Date(after(seconds)).toISOString();
    return {
      uuid: `event ${String(n).padStart(3, "0")}`,
      body: { type, call_id: "c1", timestamp: stamp, ...fields },
      received_at: new Date(after(seconds) + 50 + n),
    };
  });

const HOUR_S = 3_600;

/** Counts the hour after noon, as seen `nowSeconds` after noon. */
export const countLines = (lines: readonly Line[], nowSeconds = 1_000): Answer =>
  count({
    events: eventsOf(lines),
    now: new Date(after(nowSeconds)),
    window: { from: new Date(after(0)), to: new Date(after(HOUR_S)) },
    promiseOf: () => ({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 }),
  });

export const callOf = (lines: readonly Line[]) => countLines(lines).calls.get("c1")!;

/**
 * Returns the visits of call "c1" as `900 1-60 ANSWERED ana 10-50`: queue, stay, outcome, agent, talk. Times are
 * seconds after noon; `?` means an unknown wait.
 */
export function visitsOf(lines: readonly Line[]): string[] {
  return callOf(lines).visits.map((visit) => {
    const { queue, entered_at, ended_at, wait_known, outcome, agent, answered_at, talked_until } = visit;
    const stay = `${wait_known ? "" : "?"}${secondsOf(entered_at)}-${secondsOf(ended_at)}`;
    const talk = answered_at === null ? [] : [agent, `${secondsOf(answered_at)}-${secondsOf(talked_until)}`];
    return [queue, stay, outcome ?? "open", ...talk].join(" ");
  });
}

/** Returns the talks of call "c1" as `ana 10-50`. */
export const talksOf = (lines: readonly Line[]): string[] =>
  callOf(lines).talks.map(
    ({ agent, entered_at, ended_at }) => `${agent} ${secondsOf(entered_at)}-${secondsOf(ended_at)}`,
  );

export const secondsOf = (at: number | null): string => (at === null ? "" : String((at - NOON_MS) / 1_000));

export const ana = { actor: "ana", number: "201" };
export const bia = { actor: "bia", number: "202" };
