import { isKey } from "@teravoz/domain/event";
import * as z from "zod/mini";
import { describe } from "./describe.ts";

// The parts of paths that are parameters. A message is a whole sentence: the path has no name.

const KEY_RULE = "an id has 1 to 128 characters, none of them a control character";

const key = (description: string) =>
  describe(z.string().check(z.refine<string>(isKey, { message: KEY_RULE })), description);

export const callKey = key("The call_id.");
export const agentKey = key("The agent's login.");

/** From a subscriber's number to the longest of E.164. A shorter one would be found in queues, extensions and times of day. */
const [FEWEST_DIGITS, MOST_DIGITS] = [8, 15];

export const NUMBER_RULE = `a number has ${FEWEST_DIGITS} to ${MOST_DIGITS} digits, however it is written`;

/** A number may begin with one plus, and has no other. */
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

/** A part of a path that is looked up as it is. */
export const name = (description: string) => describe(z.string(), description);
