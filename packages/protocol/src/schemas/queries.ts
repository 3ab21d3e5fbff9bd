import * as z from "zod/mini";
import { MAX_LETTERS, MAX_MINUTES, STATS_MINUTES, USUAL_LETTERS } from "../limits.ts";
import { DEAD_LETTER_STATES } from "./deliveries.ts";
import { annotate, describe } from "./describe.ts";

// The parameters in the query of HTTP requests. A message follows the path of its parameter: "/limit must be …".

const once = () => z.string("must be given once");

/** The parameters of a request. Unknown ones are refused: a misspelt condition must not mean "all". */
const query = <S extends Record<string, z.ZodMiniType>>(shape: S) =>
  z.strictObject(shape, { error: () => "is not a parameter here" });

const oneOf = <const V extends string>(...values: V[]) => {
  const message = `must be ${values.length > 2 ? `one of ${values.join(", ")}` : values.join(" or ")}`;
  return annotate(z.pipe(once(), z.enum(values, message)), { enum: values });
};

/** A whole number from 1 to `max`, of four digits at most. */
const wholeUpTo = (max: number, usual: number, schema: z.ZodMiniType<string, string>, message: string) => {
  const isWhole = (digits: string) =>
    /^\d{1,4}$/.test(digits) && Number(digits) >= 1 && Number(digits) <= max;
  const read = z.pipe(schema.check(z.refine<string>(isWhole, { message })), z.transform(Number));
  return annotate(z._default(read, usual), { type: "integer", usual });
};

const DATE = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/;

const time = () =>
  z.pipe(
    once().check(
      z.refine<string>((time) => DATE.test(time) && !Number.isNaN(Date.parse(time)), {
        message: "must be a time like 2026-01-31T12:00:00Z",
      }),
    ),
    z.transform((time) => new Date(time)),
  );

/** For requests without parameters. */
export const noQuery = query({});

export const listDeadLettersQuery = query({
  reason: describe(z.exactOptional(once()), "Only dead letters with this reason."),
  type: describe(z.exactOptional(once()), "Only dead letters of this event type."),
  key: describe(z.exactOptional(once()), "Only dead letters with this call_id or agent's key."),
  status: describe(z.exactOptional(oneOf(...DEAD_LETTER_STATES)), "Only dead letters with this status."),
  since: describe(z.exactOptional(time()), "Only dead letters that were first received since then."),
  until: describe(z.exactOptional(time()), "Only dead letters that were first received until then."),
  limit: describe(
    wholeUpTo(MAX_LETTERS, USUAL_LETTERS, once(), `must be from 1 to ${MAX_LETTERS}`),
    "The maximum number of entries in the answer.",
  ),
  cursor: describe(
    z._default(z.nullable(once()), null),
    "The `next` value of an earlier page. Without it the answer is the first page.",
  ),
});

export const redriveQuery = query({
  dry_run: describe(
    z._default(
      z.pipe(
        oneOf("true", "false"),
        z.transform((value) => value === "true"),
      ),
      false,
    ),
    "`true` only checks whether the body would be accepted now.",
  ),
});

const confirmMessage = "must be given once, as the number of calls that may be erased";

export const eraseQuery = query({
  include: describe(
    z.exactOptional(z.literal("possible", "must be given once, with the value possible")),
    "`possible` also erases the records that are only possibly about the person.",
  ),
  confirm: describe(
    annotate(
      z.exactOptional(
        z.pipe(z.string(confirmMessage).check(z.regex(/^\d{1,9}$/, confirmMessage)), z.transform(Number)),
      ),
      { type: "integer" },
    ),
    "The number of calls of a person that may be erased. An erasure of many calls needs it.",
  ),
});

const statsMessage = `must be a whole number from 1 to ${MAX_MINUTES}`;

/** Parameters with other names are ignored. */
export const statsQuery = z.object({
  minutes: describe(
    wholeUpTo(MAX_MINUTES, STATS_MINUTES, z.string(statsMessage), statsMessage),
    "The length of the window in minutes, up to now.",
  ),
});
