import { isKey } from "@teravoz/domain/event";
import * as z from "zod/mini";
import { describe } from "./describe.ts";

// The parts of paths that are parameters. A message is a whole sentence: the path has no name.

const KEY_RULE = "an id must have 1 to 128 characters and no control characters";

const key = (description: string) =>
  describe(z.string().check(z.refine<string>(isKey, { message: KEY_RULE })), description);

export const callKey = key("The call_id.");
export const agentKey = key("The agent's login.");

/**
 * The minimum and maximum number of digits: those of a subscriber's number and of the longest number of E.164. A
 * shorter one would match queues, extensions and times of day.
 */
const [FEWEST_DIGITS, MOST_DIGITS] = [8, 15];

export const NUMBER_RULE = `a number must have ${FEWEST_DIGITS} to ${MOST_DIGITS} digits, in any spelling`;

/** Returns whether a text has no plus, except one at its beginning. */
const hasNoStrayPlus = (text: string): boolean => /^[^+]*$|^[\s(]*\+[^+]*$/.test(text);

/** A number as people write it: `(11) 98765-4321`, `+5511987654321`. */
export const writtenNumber = describe(
  z.string().check(
    z.refine<string>((text) => hasNoStrayPlus(text) && text.replace(/\D/g, "").length >= FEWEST_DIGITS, {
      message: NUMBER_RULE,
    }),
  ),
  "The number in any spelling.",
);

/** A part of a path that is looked up unchanged. */
export const name = (description: string) => describe(z.string(), description);
