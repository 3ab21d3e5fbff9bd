import { type Person, type PersonFindings, type Subject, subjectId } from "@teravoz/domain";
import type { Collections, EventDocument } from "../collections.ts";
import { OPERATION_LIMIT_MS } from "../connect.ts";
import type { LetterDocument } from "../letters/mongo-letters.ts";

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/** No index knows what bodies hold. So many are looked through in some 50 ms: no operation comes near its limit. */
const WINDOW = 20_000;
/** Dead letters come here with their bodies, of 64 KiB at most where ingest refused them. */
const LETTERS_PAGE = 1_000;

/** How a person is recognised: by a key, or in a body by a pattern the database can apply, then for certain. */
type Sign = { keys: string[]; pattern: string; isIn(body: string): boolean };

/** All that is stored of a person. */
export async function findPerson(collections: Collections, person: Person): Promise<PersonFindings> {
  const sign = signOf(person);
  const found = new Map<string, Subject>();
  const add = (subject: Subject) => void found.set(subjectId(subject), subject);
  if (person.kind === "actor") add({ kind: "agent", key: person.key });
  else for (const subject of await findByNumber(collections, sign.keys)) add(subject);
  for await (const { kind, aggregate_id } of scanEvents(collections, sign)) add({ kind, key: aggregate_id });
  return { subjects: [...found.values()], letters: await scanLetters(collections, sign) };
}

const signOf = ({ kind, key }: Person): Sign => (kind === "number" ? signOfNumber(key) : signOfActor(key));

/** The digits and no others beside them; an escaped character (`\u00e9`) ends with digits that are none. */
function signOfNumber(digits: string): Sign {
  const pattern = `(?:^|[^0-9]|\\\\u[0-9a-fA-F]{4})${digits}(?:[^0-9]|$)`;
  const expression = new RegExp(pattern);
  return { keys: [digits, `+${digits}`], pattern, isIn: (body) => expression.test(body) };
}

/** JSON may write one name in many ways: only the parsed body tells. What is no JSON (a parked record) is told by its text. */
function signOfActor(actor: string): Sign {
  const pattern = '"actor"\\s*:';
  const asWritten = new RegExp(`${pattern}\\s*${escapePattern(JSON.stringify(actor))}`);
  const isIn = (body: string) => {
    try {
      const { actor: named } = JSON.parse(body);
      return typeof named === "number" ? String(named) === actor : named === actor;
    } catch {
      return asWritten.test(body);
    }
  };
  return { keys: [actor], pattern, isIn };
}

const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

async function findByNumber({ calls, events }: Collections, forms: string[]): Promise<Subject[]> {
  const numbers = { $or: [{ our_number: { $in: forms } }, { their_number: { $in: forms } }] };
  const found = await calls.find(numbers, { projection: { _id: 1 }, ...LIMIT }).toArray();
  const agents = await events.distinct(
    "aggregate_id",
    { aggregate_id: { $in: forms }, kind: "agent" },
    LIMIT,
  );
  return [
    ...found.map(({ _id }) => ({ kind: "call" as const, key: _id })),
    ...agents.map((key) => ({ kind: "agent" as const, key })),
  ];
}

/** Every event, a window at a time. */
async function* scanEvents({ events }: Collections, sign: Sign): AsyncIterable<EventDocument> {
  const projection = { kind: 1, aggregate_id: 1, payload: 1 } as const;
  for (let after = ""; ; ) {
    const ahead = { projection: { _id: 1 }, sort: { _id: 1 }, skip: WINDOW - 1, ...LIMIT } as const;
    const end = await events.findOne({ _id: { $gt: after } }, ahead);
    const range = { $gt: after, ...(end && { $lte: end._id }) };
    const found = events.find({ _id: range, payload: { $regex: sign.pattern } }, { projection, ...LIMIT });
    for await (const event of found) if (sign.isIn(event.payload)) yield event;
    if (!end) return;
    after = end._id;
  }
}

/** Bodies may be anything: each is looked at here, a page at a time. What was dropped has none, and may still have a key. */
async function scanLetters({ deadLetters }: Collections, sign: Sign): Promise<PersonFindings["letters"]> {
  const projection = { key: 1, source: 1, body: 1 } as const;
  const options = { projection, sort: { _id: 1 }, limit: LETTERS_PAGE, ...LIMIT } as const;
  const found: PersonFindings["letters"] = [];
  for (let after = ""; ; ) {
    let count = 0;
    for await (const letter of deadLetters.find({ _id: { $gt: after } }, options)) {
      if (isOf(sign, letter)) found.push(findingOf(letter));
      [after, count] = [letter._id, count + 1];
    }
    if (count < LETTERS_PAGE) return found;
  }
}

const isOf = ({ keys, isIn }: Sign, { key, body }: LetterDocument) =>
  (key !== null && keys.includes(key)) || (body !== null && isIn(Buffer.from(body.value()).toString()));

const findingOf = ({ _id, key, source }: LetterDocument) => ({ id: _id, key, topic: source?.topic ?? null });
