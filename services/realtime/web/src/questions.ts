import type { Call, CallState } from "./calls.ts";

/** Fields and what they must equal. */
export type Params = Record<string, string>;

/** Shorter than this it is an extension or a queue. */
const NUMBER_DIGITS = 8;

/**
 * What a person types may be a call_id, a code, an agent, a queue or a telephone number: each is asked for. A number is stored as
 * its sender writes it: with and without Brazil's 55, with and without a plus.
 */
export function questionsOf(text: string, state: CallState | null): Params[] {
  const exact = ["aggregate_id", "code", "actor", "agent", "queue"].map((field) => ({ [field]: text }));
  return [...exact, ...questionsOfNumber(text)].map(
    (params): Params => ({ ...params, ...(state ? { state } : {}) }),
  );
}

/** Whether it is a telephone number to us, and so has a page of its own. */
export const isNumber = (text: string): boolean => numbersOf(text).length > 0;

/** Calls of one number, whoever called: as the other side's, and as ours. */
export const questionsOfNumber = (number: string): Params[] =>
  numbersOf(number).flatMap((each) => [{ their_number: each }, { our_number: each }]);
/** Field = value, all of them: what ListCalls would give. */
export const isAnswer = (call: Call, { agent, ...fields }: Params): boolean =>
  (agent === undefined || call.legs.some((leg) => leg.agent === agent)) &&
  Object.entries(fields).every(([field, value]) => call[field as keyof Call] === value);

function numbersOf(text: string): string[] {
  const digits = text.replace(/[\s()+.-]/g, "");
  if (!/^\d+$/.test(digits) || digits.length < NUMBER_DIGITS) return [];
  const national = nationalNumber(digits);
  return [...new Set([`${national}`, `55${national}`, `+55${national}`, digits, `+${digits}`])];
}

/** Digits without Brazil's 55, as the server compares them. */
export function nationalNumber(number: string | null): string | null {
  const digits = number?.replace(/\D/g, "") ?? "";
  if (digits === "") return null;
  return digits.length >= 12 && digits.startsWith("55") ? digits.slice(2) : digits;
}
