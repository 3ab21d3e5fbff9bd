import type { Random } from "./random/random.ts";

/** An event as its sender means it, and when it happened. */
export type Sent = { at: number; body: Record<string, unknown> };

/** The form in which a sender writes its stamps. "any" changes from event to event; "sometimes" leaves some out. */
export type StampStyle = "milliseconds" | "seconds" | "epoch" | "epochMs" | "offset" | "any" | "sometimes";

const WRITTEN = ["milliseconds", "seconds", "epoch", "epochMs", "offset"] as const;

export const drawStamp = (random: Random): StampStyle =>
  random.pick([...WRITTEN, "milliseconds", "milliseconds", "seconds", "seconds", "any", "sometimes"]);

/** Returns the field `timestamp` of a body; an empty object if the sender leaves it out. */
export function writeStamp(at: number, style: StampStyle, random: Random): { timestamp?: string | number } {
  if (style === "sometimes") return random.chance(0.6) ? writeStamp(at, "milliseconds", random) : {};
  if (style === "any") return writeStamp(at, random.pick(WRITTEN), random);
  return { timestamp: FORMS[style](at) };
}

const THREE_HOURS_MS = 3 * 3_600_000;

const wholeSecondsOf = (at: number): string => new Date(at).toISOString().slice(0, 19);

/** Avoids the milliseconds `.000`: the definitions leave open whether such a stamp is a whole second. */
const withMilliseconds = (at: number): number => (at % 1_000 === 0 ? at + 1 : at);

const FORMS = {
  milliseconds: (at: number) => new Date(withMilliseconds(at)).toISOString(),
  seconds: (at: number) => `${wholeSecondsOf(at)}Z`,
  epoch: (at: number) => String(Math.floor(at / 1_000)),
  epochMs: (at: number) => withMilliseconds(at),
  offset: (at: number) => `${wholeSecondsOf(at - THREE_HOURS_MS)}-0300`,
};
