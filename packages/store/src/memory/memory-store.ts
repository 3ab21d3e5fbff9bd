import {
  type Applied,
  applyPresence,
  type Batch,
  byOrder,
  type Call,
  type CallFilter,
  type CallPage,
  type CallQueries,
  type CallRebuild,
  type CallStore,
  type DeadLetter,
  type Erased,
  type ErasureAdmin,
  type Event,
  erasureOf,
  type Fold,
  isFound,
  isInWindow,
  isPresence,
  keepDeliveries,
  type LoggedEvent,
  latestErased,
  ledgerId,
  type MovingCall,
  orderEvents,
  PRESENCE_LOOK_BACK_MS,
  type Presence,
  partsOf,
  type ReadOccurrence,
  type RecentCall,
  readOccurrence as readInUtc,
  recentPart,
  type StoredEvent,
  type StoredVersion,
  type SystemQueries,
  stampEvent,
  TooLarge,
} from "@teravoz/domain";
import { type Arrivals, countOf, dropErased, sortArrivals } from "../apply/arrivals.ts";
import { startOfMinute } from "../apply/minutes.ts";
import { completeCall } from "../apply/older-calls.ts";
import { erasureChanges, type KeptCall, keysOf, settle } from "../apply/settle.ts";
import { deadLetterId } from "../dead-letters/dead-letter-page.ts";
import { cutCalls, cutEvents, readCallsCursor } from "../queries/cursor.ts";
import { firstValues, SEARCH_LIMITS } from "../queries/search-values.ts";
import { listDeliveries } from "./memory-deliveries.ts";
import { enterErasures, keepOut } from "./memory-erasures.ts";
import { ownOf } from "./memory-positions.ts";
import { createMemoryRebuild } from "./memory-rebuild.ts";
import { createMemoryState, eventsOf, fenceOf, findErased, type State } from "./memory-state.ts";

/**
 * The model of the store on MongoDB, in a few maps. A batch is applied in one turn of the event loop, so it is atomic.
 */
export function createMemoryStore({
  now = Date.now,
  deadLetters = [],
  readOccurrence = readInUtc,
  state = createMemoryState(readOccurrence),
}: {
  now?: () => number;
  /** The dead letters that are listed with the events, in any order: see createMemoryDeadLetters. */
  deadLetters?: Iterable<DeadLetter>;
  /** See createMongoQueries. */
  readOccurrence?: ReadOccurrence;
  /** The state that other models of the same storage share with this one. */
  state?: State;
} = {}): CallStore & CallQueries & CallRebuild & SystemQueries & Pick<ErasureAdmin, "keepOut"> {
  return {
    ...createMemoryRebuild(state, now),
    ...state.positions.store,
    apply: async (batch, fold) => apply(state, batch, fold, now()),
    findErased: async (keys) => findErased(state, keys),
    ledgerEpoch: async (topic, partition) => epochOf(state, { topic, partition }),
    knowsPersons: async () =>
      [...state.erased.values()].some(({ kind }) => kind === "number" || kind === "actor"),
    listAgentEvents: async (key, stretch) => listAgentEvents(state, key, stretch),
    keepOut: async (person, how) => keepOut(state, person, how),
    // nothing else is written beside the events
    forget: async () => {},
    hasDeadLetter: async (body) => [...deadLetters].some(({ id }) => id === deadLetterId({ body })),
    listCalls: async (filter, page) => pageOfCalls(state, filter, page),
    listCallEvents: async (call_id, page) => listCallEvents(state, call_id, page),
    findCalls: async (ids) => [...new Set(ids)].flatMap((id) => copy(state.calls.get(id)) ?? []),
    listVersions: async (stretch) => listVersions(state, stretch),
    erasureMark: async () => state.erasures,
    countEvents: async (since) => countEvents(state, since),
    listPresences: async (agents) => listPresences(state, agents),
    listPositions: async (places) => places.map((place) => state.positions.read(place).next),
    countMinutes: async (since) => countMinutes(state, since),
    listPastPresences: async (at) => listPastPresences(state, at),
    listPresenceEvents: async ({ from, to, bytes }) =>
      withinBytes(presenceEvents(state, from, to).map(historyPart), bytes),
    listRecentCalls: async (since, until) =>
      allCalls(state)
        .filter(({ updated_at }) => updated_at >= since && (!until || updated_at <= until))
        .map(recentPart),
    listReturnableCalls: async (since) => listReturnableCalls(state, since),
    listMovingCalls: async (stretch) => listMovingCalls(state, stretch),
    listDeliveries: async (filter, page) => listDeliveries(state, deadLetters, filter, page),
    findEvent: async (uuid) => structuredClone(state.events.get(uuid) ?? null),
  };
}

function listCallEvents(state: State, call_id: string, page: Parameters<CallQueries["listCallEvents"]>[1]) {
  const { readOccurrence } = state;
  const ordered = orderEvents(eventsOf(state, call_id), readOccurrence).map((event) =>
    stampEvent(event, readOccurrence),
  );
  const sized = ordered.map((event) => ({
    event,
    uuid: event.uuid,
    bytes: Buffer.byteLength(event.payload),
  }));
  const { items, next } = cutEvents(sized, page);
  return { items: items.map(({ event }) => event), next };
}

/** The epoch of a partition. It grows with each erased person, and whenever the partition is reset. */
const epochOf = ({ epoch, positions }: State, place: { topic: string; partition: number }): number =>
  epoch + positions.read(place).replaced;

/** Applies a batch. Everything that can fail is done before anything is written. */
function apply(state: State, batch: Batch, fold: Fold, now: number): Applied {
  const { fold: claimed } = fenceOf(state, batch);
  if (claimed > fold.revision) return { fenced: true, superseded: claimed };
  const position = state.positions.read(batch);
  if (position.next !== batch.expected) return { fenced: true, ...ownOf(position, batch) };
  if (batch.epoch !== undefined && batch.epoch !== epochOf(state, batch)) return { fenced: true };
  const erased = latestErased([...state.erased.values(), ...partsOf(batch.erasures ?? [])]);
  const { kept, dropped } = dropErased(batch.events, erased);
  // the stored events are those that the erasures of earlier batches left
  const there = batch.erasures?.length ? withoutErased(state, erased) : state;
  const { fresh, earlier, duplicates, again } = sortArrivals(kept, there.events);
  const stored = fresh.map((event, index): StoredEvent => {
    const { republished: _, delivery_id: __, ...plain } = event;
    return { ...plain, id: state.lastId + 1 + index, ...countOf(event, again) };
  });
  const repeated = repeatedOf(there.events, again, earlier);
  const events = historiesOf(there.events, kept, [...repeated, ...stored]);
  const { written, changes } = settle({ batch: kept, calls: there.calls, events }, fold, now);
  fenceOf(state, batch).fold = fold.revision;
  state.positions.move(batch);
  Object.assign(state, { events: there.events, calls: there.calls, erased });
  state.lastId += stored.length;
  enterErasures(state, partsOf(batch.erasures ?? []), now);
  state.erasures += batch.erasures?.length ?? 0;
  for (const event of [...repeated, ...stored]) state.events.set(event.uuid, event);
  for (const call of written) state.calls.set(call.call.aggregate_id, call);
  const notified = [...erasureChanges(batch, now), ...changes];
  return { fenced: false, added: stored.map(({ uuid }) => uuid), duplicates, dropped, changes: notified };
}

/** All events of the calls that a batch touches, with the new events of the batch. */
function historiesOf(
  events: ReadonlyMap<string, StoredEvent>,
  batch: readonly LoggedEvent[],
  written: readonly StoredEvent[],
): StoredEvent[] {
  const touched = new Set(keysOf(batch, "call"));
  const replaced = new Set(written.map(({ uuid }) => uuid));
  const isTouched = ({ kind, aggregate_id }: StoredEvent) => kind === "call" && touched.has(aggregate_id);
  const before = [...events.values()].filter((event) => isTouched(event) && !replaced.has(event.uuid));
  return [...before, ...written.filter(isTouched)];
}

/** The stored events that came again, with their new counts and their earliest `received_at`. */
function repeatedOf(
  events: ReadonlyMap<string, StoredEvent>,
  again: Arrivals["again"],
  earlier: readonly LoggedEvent[],
): StoredEvent[] {
  const received = new Map(earlier.map(({ uuid, received_at }) => [uuid, received_at]));
  return [...new Set([...received.keys(), ...again.keys()])].flatMap((uuid) => {
    const event = events.get(uuid);
    if (!event) return [];
    const counted = again.get(uuid);
    const { redeliveries = 0 } = event;
    return [
      {
        ...event,
        received_at: received.get(uuid) ?? event.received_at,
        ...(counted && {
          redeliveries: redeliveries + counted.count,
          last_offset: counted.offset,
          ...keepDeliveries(counted.deliveries),
        }),
      },
    ];
  });
}

function listAgentEvents(
  { events }: State,
  key: string,
  { since, limit }: Parameters<CallStore["listAgentEvents"]>[1],
): StoredEvent[] {
  return [...events.values()]
    .filter(({ kind, aggregate_id }) => kind === "agent" && aggregate_id === key)
    .sort((one, other) => other.id - one.id)
    .filter(({ received_at }, index) => index === 0 || received_at >= since)
    .slice(0, limit);
}

function withoutErased({ events, calls }: State, erased: ReadonlyMap<string, Erased>) {
  const stays = (event: StoredEvent) => erasureOf(event, erased) === undefined;
  return {
    events: new Map([...events].filter(([, event]) => stays(event))),
    calls: new Map([...calls].filter(([key]) => !erased.has(ledgerId({ kind: "call", key })))),
  };
}

type Asked = Omit<Parameters<CallQueries["listCalls"]>[1], "limit">;

function listCalls(state: State, filter: CallFilter, { cursor, window = {}, order = "id" }: Asked): Call[] {
  const { id, began_at } =
    cursor === null ? { id: Infinity, began_at: null } : readCallsCursor(cursor, order);
  const last = { id, began_at: began_at ?? new Date(8.64e15) };
  return [...state.calls.values()]
    .map((kept) => copy(kept)!)
    .filter(
      (call) => byOrder(order)(last, call) < 0 && isInWindow(call, window, order) && isFound(call, filter),
    )
    .sort(byOrder(order));
}

const allCalls = (state: State): Call[] => listCalls(state, {}, { cursor: null });

/** Makes a page of calls. A part of a number finds the calls of a limited number of numbers, as on MongoDB. */
function pageOfCalls(
  state: State,
  filter: CallFilter,
  { limit, ...asked }: Parameters<CallQueries["listCalls"]>[1],
): CallPage {
  const calls = listCalls(state, filter, asked);
  const cutPage = (items: Call[]) => cutCalls(items, limit, asked.order);
  const digits = filter.search?.digits ?? null;
  if (!filter.search || digits === null) return cutPage(calls);
  const numbers = [...state.calls.values()].flatMap(({ call }) => canonicalNumbers(call));
  const { first, cut } = firstValues(
    numbers.filter((number) => number.includes(digits)),
    SEARCH_LIMITS.numbers,
  );
  if (!cut) return cutPage(calls);
  const otherwise = { search: { ...filter.search, digits: null } };
  const found = calls.filter(
    (call) => isFound(call, otherwise) || canonicalNumbers(call).some((number) => first.includes(number)),
  );
  return { ...cutPage(found), cut };
}

const canonicalNumbers = ({ their_number_canonical, our_number_canonical }: Call): string[] =>
  [their_number_canonical, our_number_canonical].filter((number) => typeof number === "string");

const receivedSince = ({ events }: State, since: Date): StoredEvent[] =>
  [...events.values()].filter(({ received_at }) => startOfMinute(received_at) >= since.getTime());

function countMinutes(state: State, since: Date): { minute: Date; events: number }[] {
  const minutes = Map.groupBy(receivedSince(state, since), ({ received_at }) => startOfMinute(received_at));
  return [...minutes]
    .map(([ms, all]) => ({ minute: new Date(ms), events: all.length }))
    .sort((one, other) => one.minute.getTime() - other.minute.getTime());
}

function listReturnableCalls(state: State, since: Date): RecentCall[] {
  const calls = allCalls(state);
  const isAbandoned = ({ abandoned_at }: Call) => abandoned_at !== null && abandoned_at >= since;
  const people = new Set(
    calls.filter(isAbandoned).map(({ their_number_canonical }) => their_number_canonical),
  );
  const isOfThem = ({ their_number_canonical: person, updated_at }: Call) =>
    person !== null && people.has(person) && updated_at >= since;
  return calls.filter((call) => isAbandoned(call) || isOfThem(call)).map(recentPart);
}

function listMovingCalls(
  state: State,
  { from, to, bytes }: Parameters<CallQueries["listMovingCalls"]>[0],
): MovingCall[] {
  const moving = allCalls(state)
    .filter(({ created_at, updated_at }) => created_at <= to && updated_at > from)
    .map((call) => ({
      call: recentPart(call),
      events: eventsOf(state, call.aggregate_id)
        .filter(({ received_at }) => received_at <= to)
        .map(historyPart),
    }));
  withinBytes(
    moving.flatMap(({ events }) => events),
    bytes,
  );
  return moving;
}

function countEvents(state: State, since: Date): Record<string, number> {
  const types = [...Map.groupBy(receivedSince(state, since), ({ type }) => type)].map(
    ([type, all]) => [type, all.length] as const,
  );
  return Object.fromEntries(types);
}

/** Lists agents. `version` is the time of the last event, because agents are folded with each read. */
function listPresences(state: State, agents?: readonly string[]): Presence[] {
  const wanted = [...state.events.values()].filter(
    (event) => isPresence(event) && (agents?.includes(event.aggregate_id) ?? true),
  );
  return foldPresences(state, wanted);
}

const foldPresences = ({ readOccurrence }: State, events: readonly StoredEvent[]): Presence[] =>
  [...Map.groupBy(events, ({ aggregate_id }) => aggregate_id).values()].map((all) => {
    const presence = applyPresence(null, all, readOccurrence)!;
    return { ...presence, version: presence.updated_at.getTime() };
  });

/** Lists agents as of a moment. An agent without an event since then is folded from all events, as it is stored. */
function listPastPresences(state: State, at: Date): Presence[] {
  const since = new Date(at.getTime() - PRESENCE_LOOK_BACK_MS);
  const all = Map.groupBy(presenceEvents(state, NEVER, EVER), ({ aggregate_id }) => aggregate_id);
  return foldPresences(
    state,
    [...all.values()].flatMap((events) => {
      const said = events.filter(({ received_at }) => received_at <= at);
      const lately = said.filter(({ received_at }) => received_at > since);
      return said.length === events.length || lately.length === 0 ? said : lately;
    }),
  );
}

const NEVER = new Date(0);
const EVER = new Date(8.64e15);

/** The log-ins and pauses that were received after `from` and until `to`. */
const presenceEvents = ({ events }: State, from: Date, to: Date): StoredEvent[] =>
  [...events.values()].filter(
    (event) => isPresence(event) && event.received_at > from && event.received_at <= to,
  );

const historyPart = ({ id: _id, source: _source, ...event }: StoredEvent): Event => event;

function withinBytes(events: Event[], bytes: number): Event[] {
  const held = events.reduce((all, { payload }) => all + Buffer.byteLength(payload), 0);
  if (held > bytes) throw new TooLarge("too many events: choose another moment");
  return events;
}

function listVersions(
  state: State,
  { withinMs, until, limit }: Parameters<CallQueries["listVersions"]>[0],
): StoredVersion[] {
  const calls = allCalls(state).map(({ aggregate_id, version }) => ({ key: aggregate_id, version }));
  const agents = listPresences(state).map(({ agent, version }) => ({ key: agent, version }));
  const newest = Math.max(0, ...[...calls, ...agents].map(({ version }) => version));
  const since = Math.min(until, newest) - withinMs;
  const within = (kind: StoredVersion["kind"], all: typeof calls) =>
    all
      .filter(({ version }) => version >= since)
      .slice(0, limit)
      .map((each) => ({ kind, ...each }));
  return [...within("call", calls), ...within("agent", agents)];
}

const copy = (kept: KeptCall | undefined): Call | undefined => kept && completeCall({ ...kept.call });
