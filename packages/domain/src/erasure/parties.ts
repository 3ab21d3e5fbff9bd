import { agentKey } from "../event/step.ts";
import { createReadTelephone, type ReadTelephone, type Region } from "../telephone/phone-number.ts";
import { canBePerson, FEWEST_OF_A_PERSON } from "../telephone/telephone-format.ts";
import { roleOf } from "../telephone/telephone-keys.ts";
import { findWritten } from "../telephone/telephone-text.ts";

/**
 * A person for whom calls and agents are erased together: the owner of a phone number (`key` is its canonical form), or
 * one of our own agents.
 */
export type Person = { kind: "number" | "actor"; key: string };

/** The persons that a body names. Telephone numbers are canonical, and each is in one of the two sets only. */
export type Parties = {
  /** Numbers in fields for telephone numbers, or written like a telephone number. */
  certain: ReadonlySet<string>;
  /** Digits that may be a telephone number: eleven digits in a `code` may also be a CPF. */
  possible: ReadonlySet<string>;
  /** The account's own number, from `our_number`. It is in `certain` too. */
  ours: string | null;
  /** The agent that `actor` names, or else the extension of an event about an agent. */
  actor: string | null;
};

/** Reads the body of an event or a dead letter, JSON or not. Never throws. */
export type FindParties = (text: string) => Parties;

export type Likelihood = "certain" | "possible" | "none";

/** Creates the reader for an account in a region. */
export function createFindParties({ region }: { region: Region }): FindParties {
  const read = createReadTelephone(region);
  return (text) => {
    const found: Found = {
      read,
      certain: new Set<string>(),
      possible: new Set<string>(),
      ours: null,
      actor: null,
      depth: 0,
      isTooDeep: false,
    };
    const body = parse(text);
    if (body === undefined) scanBroken(found, text);
    else visitBody(found, body);
    if (found.isTooDeep) scanFields(found, text.replaceAll('\\"', '"'));
    for (const number of found.certain) found.possible.delete(number);
    return found;
  };
}

/** The parties of a body that was not read. */
export const NOBODY: Parties = { certain: new Set(), possible: new Set(), ours: null, actor: null };

/** The reader for an account in Brazil. */
export const findParties = createFindParties({ region: "BR" });

/** Returns the likelihood that a body names a person. A number without its area code may belong to any area. */
export function likelihoodOf({ certain, possible, actor }: Parties, { kind, key }: Person): Likelihood {
  if (kind === "actor") return actor !== null && agentKey(actor) === agentKey(key) ? "certain" : "none";
  if (certain.has(key)) return "certain";
  const isNear = (number: string) => number === key || isSameWithoutArea(number, key);
  return [...certain, ...possible].some(isNear) ? "possible" : "none";
}

/** Returns whether two numbers differ only in the area code, like `+5511987654321` and `+55987654321`. */
function isSameWithoutArea(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return /^\+55\d{8,9}$/.test(short) && long.length === short.length + 2 && withoutArea(long) === short;
}

/** The number without its area code, as people write it within the area. */
export const withoutArea = (number: string): string => number.replace(/^\+55\d\d(?=\d{8,9}$)/, "+55");

type Found = {
  read: ReadTelephone;
  certain: Set<string>;
  possible: Set<string>;
  ours: string | null;
  actor: string | null;
  /** The current level of nesting, and whether deeper levels were skipped. */
  depth: number;
  isTooDeep: boolean;
};

/**
 * The maximum number of levels of nesting that are read as JSON. Events have fewer levels. A dead letter, or JSON
 * within a text, may have any number.
 */
const MOST_LEVELS = 100;

function add({ read }: Found, numbers: Set<string>, written: unknown): boolean {
  const number = read(written)?.canonical;
  if (number === undefined || !canBePerson(number)) return false;
  numbers.add(number);
  return true;
}

const isOfAgent = (type: unknown): boolean => typeof type === "string" && type.startsWith("actor.");

function visitBody(found: Found, body: unknown): void {
  if (!isObject(body)) {
    visit(found, body, "free");
    return;
  }
  const { type, number, our_number } = body;
  // an agent without a login is known by the extension
  const actor = body.actor ?? (isOfAgent(type) ? number : null);
  found.ours = found.read(our_number)?.canonical ?? null;
  if (typeof actor === "string" || typeof actor === "number") found.actor = String(actor);
  let isDivided = false;
  for (const [key, value] of Object.entries(body)) {
    const role = key === "number" ? "telephone" : roleOf(key);
    isDivided ||= role === "area";
    visit(found, value, role);
  }
  if (isDivided) addDivided(found, body);
}

type Role = ReturnType<typeof roleOf>;

function visit(found: Found, value: unknown, role: Role): void {
  if (role === "never") return;
  if (typeof value === "string") visitText(found, value, role);
  else if (Number.isSafeInteger(value)) visitText(found, String(value), role);
  else if (typeof value === "object" && value !== null) visitWithin(found, value, role);
}

function visitWithin(found: Found, value: object, role: Role): void {
  if (found.depth >= MOST_LEVELS) {
    found.isTooDeep = true;
    return;
  }
  found.depth += 1;
  if (Array.isArray(value)) for (const member of value) visit(found, member, role);
  else visitObject(found, value as Record<string, unknown>, role);
  found.depth -= 1;
}

function visitObject(found: Found, body: Record<string, unknown>, under: Role): void {
  const role = isLabelled(body) ? "telephone" : under;
  let isDivided = false;
  for (const [key, value] of Object.entries(body)) {
    const own = roleOf(key);
    isDivided ||= own === "area";
    const inherited = role === "telephone" && own === "free" && !/id$/i.test(key) ? role : own;
    visit(found, value, inherited);
    if (own === "free") visitText(found, key, "free");
  }
  if (isDivided) addDivided(found, body);
}

/** Returns whether one field names the contents of another: `{"question":"Qual seu telefone?","answer":"…"}`. */
const isLabelled = (body: Record<string, unknown>): boolean =>
  LABELS.some((label) => {
    const name = body[label];
    return typeof name === "string" && name.length <= MOST_OF_LABEL && roleOf(name) === "telephone";
  });

const LABELS = ["key", "name", "field", "label", "question", "nome", "campo", "pergunta"];
const MOST_OF_LABEL = 100;

function visitText(found: Found, text: string, role: Role): void {
  if (!hasDigits(text)) return;
  const inner = /^\s*[[{]/.test(text) ? parse(text) : undefined;
  if (inner !== undefined) {
    visit(found, inner, role);
    return;
  }
  if (role === "telephone" && add(found, found.certain, text)) return;
  const { certain, possible } = findWritten(text);
  for (const written of certain) add(found, found.certain, written);
  for (const written of possible) add(found, role === "telephone" ? found.certain : found.possible, written);
}

/** Returns whether a text has enough digits for a number. Most values do not: this check skips them at low cost. */
function hasDigits(text: string): boolean {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // there are digits beyond ASCII, for example full-width ones
    if ((code >= 48 && code <= 57) || code >= 0x660) count += 1;
    if (count >= FEWEST_OF_A_PERSON) return true;
  }
  return false;
}

/** Joins an area code in one field with the rest of the number in another. */
function addDivided(found: Found, body: Record<string, unknown>): void {
  const area = Object.entries(body).find(([key]) => roleOf(key) === "area")?.[1];
  const digits = String(area).replace(/\D/g, "").replace(/^0/, "");
  if (digits.length !== 2) return;
  for (const [key, value] of Object.entries(body)) {
    const isNumber = roleOf(key) === "telephone" || /^(?:number|numero|número)$/i.test(key);
    const rest = String(value).replace(/\D/g, "");
    if (isNumber && (rest.length === 8 || rest.length === 9)) add(found, found.certain, digits + rest);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a text that is not JSON. It looks for a body in the text first, then for texts that look like fields. If it
 * finds neither, it reads the text as one value.
 */
function scanBroken(found: Found, text: string): void {
  const inner = parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  if (isObject(inner)) {
    visitBody(found, inner);
    return;
  }
  scanFields(found, text);
}

function scanFields(found: Found, text: string): void {
  const rest = text.replace(FIELD, (_, key: string, quoted: string | undefined, bare: string | undefined) => {
    const value = quoted === undefined ? bare : parse(`"${quoted}"`);
    if (typeof value === "string") {
      if (key === "actor") found.actor ??= value;
      visit(found, value, key === "number" ? "telephone" : roleOf(key));
    }
    return " ";
  });
  visitText(found, rest, "free");
}

/** `"key": "value"` or `"key": 123`. The closing quote may be cut off. */
const FIELD = /"([^"\\]{1,128})"\s*:\s*(?:"((?:[^"\\]|\\.)*)(?:"|$)|(-?\d[\d.eE+-]*))/g;
