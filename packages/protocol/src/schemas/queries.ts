import * as z from "zod/mini";
import { MAX_LETTERS, MAX_MINUTES, STATS_MINUTES, USUAL_LETTERS } from "../limits.ts";
import { LETTER_STATES } from "./deliveries.ts";
import { describe } from "./describe.ts";

// The parameters in the query of HTTP requests. A message follows the path of its parameter: "/limit must be …".

const once = () => z.string("must be given once");

/** The parameters of a request. Unknown ones are refused: a misspelt condition must not mean "all". */
const query = <S extends Record<string, z.ZodMiniType>>(shape: S) =>
  z.strictObject(shape, { error: () => "is not a parameter here" });

/** A whole number from 1 to `max`, of four digits at most. */
const wholeUpTo = (max: number, schema: z.ZodMiniType<string, string>, message: string) =>
  z.pipe(
    schema.check(
      z.refine<string>((digits) => /^\d{1,4}$/.test(digits) && Number(digits) >= 1 && Number(digits) <= max, {
        message,
      }),
    ),
    z.transform(Number),
  );

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

export const listLettersQuery = query({
  reason: describe(z.exactOptional(once()), "Only those with this reason."),
  type: describe(z.exactOptional(once()), "Only those of this event type."),
  key: describe(z.exactOptional(once()), "Only those of this call_id or agent's key."),
  status: describe(
    z.exactOptional(z.pipe(once(), z.enum(LETTER_STATES, `must be one of ${LETTER_STATES.join(", ")}`))),
    "Only those with this status.",
  ),
  since: describe(z.exactOptional(time()), "Only those first received since then."),
  until: describe(z.exactOptional(time()), "Only those first received until then."),
  limit: describe(
    z._default(wholeUpTo(MAX_LETTERS, once(), `must be from 1 to ${MAX_LETTERS}`), USUAL_LETTERS),
    "The most entries of the answer.",
  ),
  cursor: describe(
    z._default(z.nullable(once()), null),
    "The `next` value of the page before. Without it the answer is the first page.",
  ),
});

export const redriveQuery = query({
  dry_run: describe(
    z._default(
      z.pipe(
        z.pipe(once(), z.enum(["true", "false"], "must be true or false")),
        z.transform((value) => value === "true"),
      ),
      false,
    ),
    "`true` only checks whether the body would be accepted now.",
  ),
});

const confirmMessage = "must be the number of calls that may go, once";

export const eraseQuery = query({
  include: describe(
    z.exactOptional(z.literal("possible", "must be possible, once")),
    "`possible` also erases what is only possibly about the person.",
  ),
  confirm: describe(
    z.exactOptional(
      z.pipe(z.string(confirmMessage).check(z.regex(/^\d{1,9}$/, confirmMessage)), z.transform(Number)),
    ),
    "The number of calls that may go. Needed for an erasure of many calls, see the answer 409.",
  ),
});

const statsMessage = `must be a whole number from 1 to ${MAX_MINUTES}`;

/** Parameters with other names are ignored. */
export const statsQuery = z.object({
  minutes: describe(
    z._default(wholeUpTo(MAX_MINUTES, z.string(statsMessage), statsMessage), STATS_MINUTES),
    "The window is the last minutes.",
  ),
});
