import { createHash } from "node:crypto";
import { startOfDay } from "@teravoz/domain";
import type { Case } from "./case.ts";

/** The values of the placeholders of one case in one run. */
export type Values = {
  /**
   * Names by placeholder: `$C1` call, `$Q1` queue, `$A1` agent, `$M1` the last eight digits of a mobile
   * number.
   */
  names: ReadonlyMap<string, string>;
  /** T, in ms since the epoch. `$T`, `$S`, `$E` and `$O` count from it in seconds. */
  originMs: number;
};

/** `zone` is the account's, whose days begin at midnight there. Runs with other seeds have other names. */
export type Run = { seed: number; now: Date; zone: string };

const NAME = /\$[CQAM]\d+/g;
/** Matches `$T+-600` too, because the cases contain it. */
const TIME = /\$([TSEO])([+-]-?\d+(?:\.\d+)?)/g;
const ISO_8601 = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** Default seconds from T until now. The events of a case end before now. */
const USUAL_AGO = 1_800;

export function chooseValues(of: Case, run: Run): Values {
  const placeholders = new Set(JSON.stringify(of).match(NAME));
  const named = [...placeholders].map((each) => [each, nameOf(each, { ...run, id: of.id })] as const);
  return { names: new Map(named), originMs: chooseOrigin(of, run) };
}

/** T is a whole second. It is today unless the case sets T, because the commands ask for today. */
function chooseOrigin({ ago, base }: Case, { now, zone }: Run): number {
  const midnight = startOfDay(now, zone).getTime();
  if (base === "midnight") return midnight;
  const origin = Math.floor(now.getTime() / 1_000 - (ago ?? USUAL_AGO)) * 1_000;
  return ago === undefined ? Math.max(origin, midnight) : origin;
}

function nameOf(placeholder: string, { seed, id }: { seed: number; id: string }): string {
  const name = placeholder.slice(1).toLowerCase();
  const full = `${name}.${id}.${seed.toString(36)}`;
  if (name.startsWith("m")) return mobileOf(full);
  return name.startsWith("a") ? `${full}@example.com` : full;
}

/** Eight digits. The first is 8 or 9, which marks a mobile number even without its ninth digit. */
function mobileOf(name: string): string {
  const drawn = createHash("sha256").update(name).digest().readUInt32BE();
  return String(80_000_000 + (drawn % 20_000_000));
}

/** Replaces the placeholders of a text. */
export const fill = (text: string, values: Values): string =>
  text
    .replace(NAME, (placeholder) => values.names.get(placeholder) ?? placeholder)
    .replace(TIME, (_placeholder, form: string, seconds: string) =>
      FORMS[form]!(momentOf(seconds, values.originMs)),
    );

/** The moment of a text that is one placeholder of time, in ms since the epoch. Null for any other text. */
export function readMoment(text: string, { originMs }: Values): number | null {
  const [match] = text.matchAll(TIME);
  return match?.[0] === text ? momentOf(match[2]!, originMs) : null;
}

/** Replaces names and ISO times by placeholders, for messages. The reverse of `fill`. */
export function unfill(text: string, { names, originMs }: Values): string {
  const hidden = [...names].reduce(
    (shorter, [placeholder, name]) => shorter.replaceAll(name, placeholder),
    text,
  );
  return hidden.replace(ISO_8601, (stamp) => {
    const seconds = (Date.parse(stamp) - originMs) / 1_000;
    return `$T${seconds < 0 ? "" : "+"}${seconds}`;
  });
}

const momentOf = (seconds: string, originMs: number): number =>
  originMs + Math.round(Number(seconds.replace(/^\+/, "")) * 1_000);

const THREE_HOURS_MS = 3 * 3_600_000;
const wholeSeconds = (ms: number) => new Date(ms).toISOString().slice(0, 19);

/** The notations of a moment, which is given in ms since the epoch. */
const FORMS: Readonly<Record<string, (ms: number) => string>> = {
  T: (ms) => new Date(ms).toISOString(),
  S: (ms) => `${wholeSeconds(ms)}Z`,
  E: (ms) => String(Math.floor(ms / 1_000)),
  O: (ms) => `${wholeSeconds(ms - THREE_HOURS_MS)}-0300`,
};

/** A body, and the number of its copies that are sent in parallel. */
export type Post = { body: string; times: number };

/** The posts of a case in their order. */
export const postsOf = ({ events }: Pick<Case, "events">, values: Values): Post[] =>
  events.map(({ $raw, $times = 1, ...body }) => ({
    body: fill($raw ?? JSON.stringify(body), values),
    times: $times,
  }));
