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
  const exact = ["aggregate_id", "code", "actor", "queue"].map((field) => ({ [field]: text }));
  const numbers = numbersOf(text).flatMap((number) => [{ their_number: number }, { our_number: number }]);
  return [...exact, ...numbers].map((params): Params => ({ ...params, ...(state ? { state } : {}) }));
}

/** Field = value, all of them: what ListCalls would give. */
export const isAnswer = (call: Call, question: Params): boolean =>
  Object.entries(question).every(([field, value]) => call[field as keyof Call] === value);

function numbersOf(text: string): string[] {
  const digits = text.replace(/[\s()+.-]/g, "");
  if (!/^\d+$/.test(digits) || digits.length < NUMBER_DIGITS) return [];
  const national = digits.length >= 12 && digits.startsWith("55") ? digits.slice(2) : digits;
  return [...new Set([national, `55${national}`, `+55${national}`, digits])];
}
