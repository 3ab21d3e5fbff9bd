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
type State = { positions: MemoryPositions; deadLetters: Map<string, WholeDeadLetter>; now: () => number };

/** The model of the dead letters on MongoDB, in two maps. It can be iterated. `now` in ms. */
export function createMemoryDeadLetters({ now = Date.now }: { now?: () => number } = {}): DeadLetters & {
  [Symbol.iterator](): Iterator<DeadLetter>;
  /** Deletes these dead letters, as an erasure does. */
  remove(ids: readonly string[]): void;
} {
  const state: State = { positions: createMemoryPositions(), deadLetters: new Map(), now };
  return {
    [Symbol.iterator]: () => list(state, {}, null).values(),
    remove: (ids) => {
      for (const id of ids) state.deadLetters.delete(id);
    },
    ...state.positions.store,
    add: async (batch) => add(state, batch),
    list: async (filter, { limit, cursor }) => cutDeadLetters(list(state, filter, cursor), limit),
    find: async (id) => structuredClone(shown(state.deadLetters.get(id)) ?? null),
    mark: async (deadLetter, status) => mark(state, deadLetter, status),
    countWaiting: async () => list(state, { status: "waiting" }, null).length,
    discardOld: async (before) => discard(state, ({ last_seen }) => last_seen < before),
    discardExcess: async (maxBytes) => discardExcess(state, maxBytes),
  };
}

function add(state: State, batch: DeadLetterBatch) {
  const position = state.positions.read(batch);
  if (position.next !== batch.expected) return { fenced: true, ...ownOf(position, batch) };
  const arrived = batch.deadLetters.map((deadLetter) => ({ ...deadLetter, id: deadLetterId(deadLetter) }));
  const bodies = Map.groupBy(arrived, ({ id }) => id);
  for (const [id, copies] of bodies) addArrived(state, id, copies, position.seenUntil);
  state.positions.move(batch);
  return { fenced: false };
}

function addArrived(
  { deadLetters, now }: State,
  id: string,
  copies: readonly (ArrivedDeadLetter & { id: string })[],
  seenUntil: number | null,
): void {
  const stored = deadLetters.get(id);
  const deadLetter = addCopies(stored, copies, { seenUntil, now: new Date(now()) });
  if (!deadLetter || deadLetter === stored) return;
  deadLetters.set(id, { ...deadLetter, body: deadLetter.status === "dropped" ? null : copies[0]!.body });
}

/** A dead letter as callers may see it. */
function shown(deadLetter: WholeDeadLetter | undefined): DeadLetterWithBody | undefined {
  if (!deadLetter) return undefined;
  const { delivery_ids: _ids, ...rest } = deadLetter;
  return rest;
}

function withoutBody(deadLetter: WholeDeadLetter): DeadLetter {
  const { body: _body, ...rest } = shown(deadLetter)!;
  return rest;
}

function list({ deadLetters }: State, filter: DeadLetterFilter, cursor: string | null): DeadLetter[] {
  const after = cursor === null ? null : readDeadLetterCursor(cursor);
  return [...deadLetters.values()]
    .map(withoutBody)
    .filter(
      (deadLetter) => isWanted(deadLetter, filter) && (after === null || newestFirst(after, deadLetter) < 0),
    )
    .sort(newestFirst);
}

function isWanted(deadLetter: DeadLetter, { since, until, ...equal }: DeadLetterFilter): boolean {
  const entries = Object.entries(equal).filter(([, value]) => value !== undefined);
  return (
    entries.every(([field, value]) => deadLetter[field as keyof DeadLetter] === value) &&
    (since === undefined || deadLetter.first_seen >= since) &&
    (until === undefined || deadLetter.first_seen <= until)
  );
}

function mark(
  { deadLetters, now }: State,
  { id, copies }: Pick<DeadLetter, "id" | "copies">,
  status: "redriven" | "dropped",
): DeadLetter | null {
  const deadLetter = deadLetters.get(id);
  if (!deadLetter) return null;
  const wins = status === "dropped" || (deadLetter.copies === copies && deadLetter.status !== "dropped");
  const body = status === "dropped" ? null : deadLetter.body;
  const marked = wins ? { ...deadLetter, status, status_at: new Date(now()), body } : deadLetter;
  deadLetters.set(id, marked);
  return withoutBody(marked);
}

function discard(
  { deadLetters }: State,
  isGone: (deadLetter: DeadLetterWithBody) => boolean,
): DiscardedDeadLetters {
  const discarded = { waiting: 0, settled: 0 };
  for (const [id, deadLetter] of deadLetters) {
    if (!isGone(deadLetter)) continue;
    discarded[deadLetter.status === "waiting" ? "waiting" : "settled"] += 1;
    deadLetters.delete(id);
  }
  return discarded;
}

function discardExcess(state: State, maxBytes: number): DiscardedDeadLetters {
  const bytesOf = ({ body }: DeadLetterWithBody) => body?.length ?? 0;
  const all = [...state.deadLetters.values()].sort((one, other) => newestFirst(other, one));
  const isWaiting = ({ status }: DeadLetter) => status === "waiting";
  const order = [...all.filter((each) => !isWaiting(each)), ...all.filter(isWaiting)];
  let excess = all.reduce((sum, each) => sum + bytesOf(each), 0) - maxBytes;
  const gone = new Set<DeadLetterWithBody>();
  for (const each of order) {
    if (excess <= 0) break;
    gone.add(each);
    excess -= bytesOf(each);
  }
  return discard(state, (deadLetter) => gone.has(deadLetter));
}
