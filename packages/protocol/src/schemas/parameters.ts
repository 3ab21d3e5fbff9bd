import { readTimestamp } from "@teravoz/domain/time";
import * as z from "zod/mini";
import { EARLIEST_MOMENT, MAX_CURSOR, MAX_MINUTES, MAX_SEARCH } from "../limits.ts";
import { annotate, describe } from "./describe.ts";

// The parameters of commands. A message continues the name of its parameter: "limit must be …".

/** Null and "" count as not given, as a form sends them. */
const isUnset = (value: unknown): boolean => value === undefined || value === null || value === "";

const isNullish = (value: unknown): boolean => value === undefined || value === null;

/** A parameter that may be left out. */
export const optional = <S extends z.ZodMiniType>(schema: S) =>
  z.optional(
    z.pipe(
      z.transform((value: unknown) => (isUnset(value) ? undefined : value)),
      z.optional(schema),
    ),
  );

/** A parameter that has the value `usual` if it is left out. */
const orElse = <S extends z.ZodMiniType>(schema: S, usual: z.output<S>, isLeftOut = isUnset) => {
  const filled = z.pipe(
    z.transform((value: unknown) => (isLeftOut(value) ? usual : value)),
    schema,
  );
  const optional = z._default(filled, usual as never);
  return typeof usual === "number" ? annotate(optional, { usual }) : optional;
};

/** A parameter that is null if it is left out. */
export const orNull = <S extends z.ZodMiniType>(schema: S) => orElse(z.nullable(schema), null);

/** A parameter that `read` turns into a value; null from it means that the parameter is wrong. */
function readBy<T>(read: (value: unknown) => T | null, message: string, type: string | string[]) {
  const schema = z.transform((input: unknown, context): T => {
    const value = read(input);
    if (value !== null) return value;
    context.issues.push({ code: "custom", message, input });
    return z.NEVER;
  });
  return annotate(schema, { type });
}

/** A text. A text that cannot be in any call (too long, a lone surrogate) is allowed, and matches no call. */
export const text = () =>
  readBy(
    (value) => (["string", "number", "boolean"].includes(typeof value) ? String(value) : null),
    "must be a string, a number or a boolean",
    ["string", "number", "boolean"],
  );

/** A text that is not empty; `of` are the types that it may have. */
export const name = (...of: ("string" | "number")[]) =>
  readBy(
    (value) => (of.some((type) => type === typeof value) && value !== "" ? String(value) : null),
    "must be a string that is not empty",
    of,
  );

/** The number of a call. A text that is not an integer becomes NaN, which equals no number. */
export const callNumber = () =>
  annotate(
    z.pipe(
      text(),
      z.transform((id) => (/^-?\d{1,15}$/.test(id) ? Number(id) : Number.NaN)),
    ),
    { type: ["integer", "string"] },
  );

/** A search term. A blank text counts as left out. */
export const searchTerm = () =>
  z.pipe(
    z.pipe(
      text(),
      z.string().check(
        z.refine((term) => term.trim() === "" || term.length <= MAX_SEARCH, {
          message: `must be a text of at most ${MAX_SEARCH} characters`,
        }),
      ),
    ),
    z.transform((term) => (term.trim() === "" ? undefined : term)),
  );

export const oneOf = <const V extends string>(values: readonly V[]) =>
  z.enum(values, `must be one of ${values.join(", ")}`);

const wholeUpTo = (max: number) => {
  const message = `must be an integer from 1 to ${max}`;
  return z.int(message).check(z.gte(1, message), z.lte(max, message));
};

export const limit = (max: number) =>
  describe(orElse(wholeUpTo(max), max, isNullish), "The maximum number of entries in the answer.");

export const days = (max: number) =>
  describe(
    orNull(wholeUpTo(max)),
    "The length of the window in days, today included. Not together with `minutes`.",
  );

/** The length of a window; null if it is left out. */
export const minutesOrToday = () =>
  describe(
    orNull(wholeUpTo(MAX_MINUTES)),
    "The length of the window in minutes, up to now. Without it the window is today.",
  );

export const minutesOr = (usual: number) =>
  describe(orElse(wholeUpTo(MAX_MINUTES), usual), "The length of the window in minutes, up to now.");

export function cursor() {
  const message = "must be the `next` value of an earlier page";
  const schema = z.string(message).check(z.minLength(1, message), z.maxLength(MAX_CURSOR, message));
  return describe(
    orElse(z.nullable(schema), null, isNullish),
    "The `next` value of an earlier page. Without it the answer is the first page.",
  );
}

/** One end of a window. The text needs its T: digits alone could be seconds or milliseconds. */
export const windowEnd = () =>
  readBy(
    (value) => {
      const read = typeof value === "string" && /t/i.test(value) ? readTimestamp(value) : null;
      return read && new Date(read.ms);
    },
    "must be a time in ISO 8601, like 2026-11-25T10:42:07Z",
    "string",
  );

/** A moment with its zone, to the second or finer. */
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
/** The last moment that Date can hold. */
const LATEST_MOMENT = 8.64e15;

/** A moment in ISO 8601 or in ms since the epoch. It is read as the latter. */
export const moment = () =>
  readBy(
    (value) => {
      const ms = typeof value === "string" && ISO_8601.test(value) ? Date.parse(value) : value;
      const isMoment = typeof ms === "number" && Number.isInteger(ms);
      return isMoment && ms >= EARLIEST_MOMENT && ms <= LATEST_MOMENT ? ms : null;
    },
    "must be a moment since 2000, in ISO 8601 with its zone or in milliseconds since the epoch",
    ["string", "integer"],
  );

/**
 * Returns whether a value is an object as JSON makes it. An empty Buffer among socket.io's arguments is not one: as an
 * object without parameters it would request all data.
 */
export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** An object with these parameters and no others: a filter in the wrong place must not mean "all". */
export const parameters = <S extends Record<string, z.ZodMiniType>>(shape: S) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === "unrecognized_keys" ? `may hold only ${Object.keys(shape).join(", ")}` : "must be an object",
  });

/** Parameters within parameters, which may be left out. */
export const nested = <S extends Record<string, z.ZodMiniType>>(shape: S) =>
  z._default(
    z.pipe(
      z.transform((value: unknown, context) => {
        const given = value ?? {};
        if (isPlainObject(given)) return given;
        context.issues.push({ code: "custom", message: "must be an object", input: value });
        return z.NEVER;
      }),
      parameters(shape),
    ),
    {} as never,
  );
