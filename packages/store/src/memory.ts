import {
  type Applied,
  type Batch,
  type Call,
  type CallFilter,
  type CallQueries,
  type CallRebuild,
  type CallStore,
  type CallWindow,
  type Erased,
  type Fold,
  isErased,
  isInWindow,
  latestErased,
  orderEvents,
  recentPart,
  type StoredEvent,
  type Subject,
  subjectId,
  subjectOf,
} from "@teravoz/domain";
import { dropErased, sortArrivals } from "./arrivals.ts";
import { cutCalls, cutEvents, readIdCursor } from "./cursor.ts";
import { startOfMinute } from "./minutes.ts";
import { createMemoryRebuild, type Fences, fenceOf } from "./rebuild/memory-rebuild.ts";
import { erasureChanges, type KeptCall, settle } from "./settle.ts";

export type State = {
  fences: Fences;
  positions: Map<string, number>;
  events: Map<string, StoredEvent>;
  calls: Map<string, KeptCall>;
  erased: Map<string, Erased>;
  lastId: number;
};

/** The model of the store: what MongoDB does, in a few maps. A batch is applied in one turn of the loop, so it is atomic. */
export function createMemoryStore({
  now = Date.now,
}: {
  now?: () => number;
} = {}): CallStore & CallQueries & CallRebuild {
  const state: State = {
    fences: new Map(),
    positions: new Map(),
    events: new Map(),
    calls: new Map(),
    erased: new Map(),
    lastId: 0,
  };
  return {
    ...createMemoryRebuild(state, now),
    position: async (topic, partition) => state.positions.get(`${topic}:${partition}`) ?? null,
    apply: async (batch, fold) => apply(state, batch, fold, now()),
    findErased: async (subjects) => findErased(state, subjects),
    // nobody writes beside the events here
    forget: async () => {},
    listCalls: async (filter, { limit, cursor, window }) =>
      cutCalls(listCalls(state, filter, cursor, window), limit),
    listCallEvents: async (call_id, page) => listCallEvents(state, call_id, page),
    findCalls: async (ids) => [...new Set(ids)].flatMap((id) => copy(state.calls.get(id)) ?? []),
    countEvents: async (since) => countEvents(state, since),
    listRecentCalls: async (since) =>
      listCalls(state, {}, null)
        .filter(({ updated_at }) => updated_at >= since)
        .map(recentPart),
  };
}

function listCallEvents(state: State, call_id: string, page: Parameters<CallQueries["listCallEvents"]>[1]) {
  const ordered = orderEvents(eventsOf(state, call_id));
  const sized = ordered.map((event) => ({
    event,
    uuid: event.uuid,
    bytes: Buffer.byteLength(event.payload),
  }));
  const { items, next } = cutEvents(sized, page);
  return { items: items.map(({ event }) => event), next };
}

/** Nothing is written before all that can fail is done. */
function apply(state: State, batch: Batch, fold: Fold, now: number): Applied {
  const place = `${batch.topic}:${batch.partition}`;
  const { fold: claimed } = fenceOf(state, batch);
  if (claimed > fold.revision) return { fenced: true, superseded: claimed };
  if ((state.positions.get(place) ?? null) !== batch.expected) return { fenced: true };
  const erased = latestErased([...state.erased.values(), ...(batch.erasures ?? [])]);
  const { kept, dropped } = dropErased(batch.events, erased);
  const there = withoutErased(state, erased);
  const { fresh, earlier, duplicates } = sortArrivals(kept, there.events);
  const stored = fresh.map((event, index) => ({ ...event, id: state.lastId + 1 + index }));
  const lowered = earlier.map(({ uuid, received_at }) => ({ ...there.events.get(uuid)!, received_at }));
  const next = new Map([
    ...there.events,
    ...[...stored, ...lowered].map((event) => [event.uuid, event] as const),
  ]);
  const events = [...next.values()].filter(({ kind }) => kind === "call");
  const { written, changes } = settle({ batch: kept, calls: there.calls, events }, fold, now);
  fenceOf(state, batch).fold = fold.revision;
  state.positions.set(place, batch.next);
  Object.assign(state, { ...there, events: next, erased, lastId: state.lastId + stored.length });
  for (const call of written) state.calls.set(call.call.aggregate_id, call);
  const told = [...erasureChanges(batch, now), ...changes];
  return { fenced: false, added: stored.map(({ uuid }) => uuid), duplicates, dropped, changes: told };
}

function findErased({ erased }: State, subjects: readonly Subject[]): Erased[] {
  const found = new Set(subjects.flatMap((each) => erased.get(subjectId(each)) ?? []));
  return [...found].map(({ kind, key, erased_at }) => ({ kind, key, erased_at }));
}

function withoutErased({ events, calls }: State, erased: ReadonlyMap<string, Erased>) {
  const stays = (event: StoredEvent) => {
    const subject = erased.get(subjectId(subjectOf(event)));
    return !subject || !isErased(event, subject);
  };
  return {
    events: new Map([...events].filter(([, event]) => stays(event))),
    calls: new Map([...calls].filter(([key]) => !erased.has(subjectId({ kind: "call", key })))),
  };
}

function listCalls(state: State, filter: CallFilter, cursor: string | null, window: CallWindow = {}): Call[] {
  const below = cursor === null ? Infinity : readIdCursor(cursor);
  const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
  return [...state.calls.values()]
    .map((kept) => copy(kept)!)
    .filter(
      (call) =>
        call.id < below &&
        isInWindow(call, window) &&
        wanted.every(([field, value]) => call[field as keyof Call] === value),
    )
    .sort((one, other) => other.id - one.id);
}

function countEvents({ events }: State, since: Date): Record<string, number> {
  const counted = [...events.values()].filter(
    ({ received_at }) => startOfMinute(received_at) >= since.getTime(),
  );
  const types = [...Map.groupBy(counted, ({ type }) => type)].map(
    ([type, all]) => [type, all.length] as const,
  );
  return Object.fromEntries(types);
}

const eventsOf = (state: State, call_id: string): StoredEvent[] =>
  [...state.events.values()]
    .filter(({ kind, aggregate_id }) => kind === "call" && aggregate_id === call_id)
    .map((event) => ({ ...event }));

const copy = (kept: KeptCall | undefined): Call | undefined => kept && { ...kept.call };
