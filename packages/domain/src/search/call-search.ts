import type { Call } from "../call/folded-call.ts";
import type { ReadTelephone } from "../telephone/phone-number.ts";

/** A search term, prepared for comparison with calls. */
export type CallSearch = {
  /** The typed text without blanks around it: a call_id, a code, an agent or a queue. */
  text: string;
  /** The text itself, and each queue of the account with this name. */
  queues: readonly string[];
  /** The canonical number; null if the text is not a number. */
  number: string | null;
  /** A part of a number: four digits or more without letters that are not a whole number. Otherwise null. */
  digits: string | null;
};

/** The account data that a search needs. */
export type SearchAccount = {
  queues: ReadonlyMap<string, { name: string | null }>;
  readTelephone: ReadTelephone;
};

/** The minimum number of digits of a part of a number. A shorter part is in almost every number. */
const FEWEST_DIGITS = 4;
/** The digits of an area code and a landline's subscriber number. A mobile number has one digit more. */
const WHOLE_DIGITS = 10;
/** The maximum number of digits of an E.164 number. */
const MOST_DIGITS = 15;

/**
 * Reads a search term: any spelling of a number, a part of one, a queue's name, an agent's login or short name, a code
 * or a call_id.
 */
export function readSearch(typed: string, { queues, readTelephone }: SearchAccount): CallSearch {
  const text = typed.trim();
  const name = foldName(text);
  const number = readTelephone(text)?.canonical ?? null;
  const named = [...queues].filter(([, queue]) => queue.name !== null && foldName(queue.name) === name);
  return {
    text,
    queues: [...new Set([text, ...named.map(([queue]) => queue)])],
    number,
    digits: readDigits(text, number),
  };
}

/**
 * Reads a part of a number. Null for other texts, and for a whole number with its area code, which is not a part of
 * another number.
 */
function readDigits(text: string, number: string | null): string | null {
  const digits = text.replace(/[\s()+./-]/g, "");
  const isPart = /^\d+$/.test(digits) && digits.length >= FEWEST_DIGITS && digits.length <= MOST_DIGITS;
  const isWhole =
    digits.length >= WHOLE_DIGITS && number !== null && /^\+/.test(number) && number.endsWith(digits);
  return isPart && !isWhole ? digits : null;
}

/** A name without accents, in lower case, with single blanks. */
const foldName = (name: string): string =>
  name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();

/**
 * Returns whether a call is among the results of a search. A part of a number may be anywhere in the canonical form.
 */
export const isSearched = (call: Call, search: CallSearch): boolean =>
  call.aggregate_id === search.text ||
  call.code === search.text ||
  [call.queue, ...call.queues].some((queue) => queue !== null && search.queues.includes(queue)) ||
  call.agents.some((agent) => isAgent(agent, search)) ||
  [call.their_number_canonical, call.our_number_canonical].some((number) => matchesNumber(number, search));

/** Returns whether a search names an agent, by the login or by the part before its @, in upper or lower case. */
export function isAgent(agent: string | null, { text }: CallSearch): boolean {
  const [login, wanted] = [agent?.toLowerCase(), text.toLowerCase()];
  return login !== undefined && (login === wanted || (login.includes("@") && login.split("@")[0] === wanted));
}

const matchesNumber = (canonical: string | null | undefined, { number, digits }: CallSearch): boolean =>
  typeof canonical === "string" && (canonical === number || (digits !== null && canonical.includes(digits)));
