import {
  type ArrivedDeadLetter,
  addCopies,
  type DeadLetter,
  type DeadLetterBatch,
  type DeadLetterFilter,
  type DeadLetters,
  type DeadLetterWithBody,
  type DiscardedDeadLetters,
  type KeptDeadLetter,
} from "@teravoz/domain";
import {
  cutDeadLetters,
  deadLetterId,
  newestFirst,
  readDeadLetterCursor,
} from "../dead-letters/dead-letter-page.ts";
import { createMemoryPositions, type MemoryPositions, ownOf } from "./memory-positions.ts";

type WholeDeadLetter = KeptDeadLetter & Pick<DeadLetterWithBody, "body">;
type State = { positions: MemoryPositions; letters: Map<string, WholeDeadLetter>; now: () => number };

/** The model of the dead letters on MongoDB, in two maps. It can be iterated. `now` in ms. */
export function createMemoryDeadLetters({ now = Date.now }: { now?: () => number } = {}): DeadLetters & {
  [Symbol.iterator](): Iterator<DeadLetter>;
  /** Deletes these, as an erasure does. */
  remove(ids: readonly string[]): void;
} {
  const state: State = { positions: createMemoryPositions(), letters: new Map(), now };
  return {
    [Symbol.iterator]: () => list(state, {}, null).values(),
    remove: (ids) => {
      for (const id of ids) state.letters.delete(id);
    },
    ...state.positions.store,
    add: async (batch) => add(state, batch),
    list: async (filter, { limit, cursor }) => cutDeadLetters(list(state, filter, cursor), limit),
    find: async (id) => structuredClone(shown(state.letters.get(id)) ?? null),
    mark: async (letter, status) => mark(state, letter, status),
    countWaiting: async () => list(state, { status: "waiting" }, null).length,
    discardOld: async (before) => discard(state, ({ last_seen }) => last_seen < before),
    discardExcess: async (maxBytes) => discardExcess(state, maxBytes),
  };
}

function add(state: State, batch: DeadLetterBatch) {
  const position = state.positions.read(batch);
  if (position.next !== batch.expected) return { fenced: true, ...ownOf(position, batch) };
  const arrived = batch.letters.map((letter) => ({ ...letter, id: deadLetterId(letter) }));
  const bodies = Map.groupBy(arrived, ({ id }) => id);
  for (const [id, copies] of bodies) addArrived(state, id, copies, position.seenUntil);
  state.positions.move(batch);
  return { fenced: false };
}

function addArrived(
  { letters, now }: State,
  id: string,
  copies: readonly (ArrivedDeadLetter & { id: string })[],
  seenUntil: number | null,
): void {
  const stored = letters.get(id);
  const letter = addCopies(stored, copies, { seenUntil, now: new Date(now()) });
  if (!letter || letter === stored) return;
  letters.set(id, { ...letter, body: letter.status === "dropped" ? null : copies[0]!.body });
}

/** A dead letter as others may see it. */
function shown(letter: WholeDeadLetter | undefined): DeadLetterWithBody | undefined {
  if (!letter) return undefined;
  const { delivery_ids: _ids, ...rest } = letter;
  return rest;
}

function withoutBody(letter: WholeDeadLetter): DeadLetter {
  const { body: _body, ...rest } = shown(letter)!;
  return rest;
}

function list({ letters }: State, filter: DeadLetterFilter, cursor: string | null): DeadLetter[] {
  const after = cursor === null ? null : readDeadLetterCursor(cursor);
  return [...letters.values()]
    .map(withoutBody)
    .filter((letter) => isWanted(letter, filter) && (after === null || newestFirst(after, letter) < 0))
    .sort(newestFirst);
}

function isWanted(letter: DeadLetter, { since, until, ...equal }: DeadLetterFilter): boolean {
  const entries = Object.entries(equal).filter(([, value]) => value !== undefined);
  return (
    entries.every(([field, value]) => letter[field as keyof DeadLetter] === value) &&
    (since === undefined || letter.first_seen >= since) &&
    (until === undefined || letter.first_seen <= until)
  );
}

function mark(
  { letters, now }: State,
  { id, copies }: Pick<DeadLetter, "id" | "copies">,
  status: "redriven" | "dropped",
): DeadLetter | null {
  const letter = letters.get(id);
  if (!letter) return null;
  const wins = status === "dropped" || (letter.copies === copies && letter.status !== "dropped");
  const body = status === "dropped" ? null : letter.body;
  const marked = wins ? { ...letter, status, status_at: new Date(now()), body } : letter;
  letters.set(id, marked);
  return withoutBody(marked);
}

function discard({ letters }: State, isGone: (letter: DeadLetterWithBody) => boolean): DiscardedDeadLetters {
  const discarded = { waiting: 0, settled: 0 };
  for (const [id, letter] of letters) {
    if (!isGone(letter)) continue;
    discarded[letter.status === "waiting" ? "waiting" : "settled"] += 1;
    letters.delete(id);
  }
  return discarded;
}

function discardExcess(state: State, maxBytes: number): DiscardedDeadLetters {
  const bytesOf = ({ body }: DeadLetterWithBody) => body?.length ?? 0;
  const all = [...state.letters.values()].sort((one, other) => newestFirst(other, one));
  const isWaiting = ({ status }: DeadLetter) => status === "waiting";
  const order = [...all.filter((each) => !isWaiting(each)), ...all.filter(isWaiting)];
  let excess = all.reduce((sum, each) => sum + bytesOf(each), 0) - maxBytes;
  const gone = new Set<DeadLetterWithBody>();
  for (const each of order) {
    if (excess <= 0) break;
    gone.add(each);
    excess -= bytesOf(each);
  }
  return discard(state, (letter) => gone.has(letter));
}
