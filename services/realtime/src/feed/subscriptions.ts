import type { Call, CallQueries } from "@teravoz/domain";
import { type CallForm, callChanged, callErased, callLeft, type Message } from "../commands/messages.ts";
import { type Clock, createThrottle, type Throttle } from "../commands/throttle.ts";
import {
  absentFrom,
  createView,
  type Delta,
  join,
  type Missed,
  messageOf,
  offer,
  type Selection,
  takeFrame,
  type View,
} from "./views.ts";

/**
 * The shortest time between two frames of a view. Ten a second is more than an eye follows, and a busy call changes
 * faster.
 */
export const FRAME_MS = 100;

/** The maximum number of calls read by their ids at once: an `$in` of this size is answered in a few milliseconds. */
export const READ_SIZE = 500;

/** Sends a subscriber the messages of one frame. They are encoded once for all subscribers. */
export type Deliver = (messages: readonly Message[]) => void;

/** A subscription that begins. Changes are kept for it until its snapshot is sent. */
export type Registration = {
  /** Starts the deltas after the snapshot was sent, first those that it missed. */
  live(calls: readonly Call[]): void;
  /** Ends the subscription, live or not. */
  leave(): void;
};

/** The calls that a client subscribed to, with at most `limit` calls in its snapshot. */
export type Asked = Selection & CallForm & { limit: number };

export type Subscriptions = {
  register(asked: Asked, deliver: Deliver): Registration;
  /** Takes calls just read from the store, and the ids of those that were erased. */
  changed(calls: readonly Call[], erased: readonly string[]): void;
  /**
   * Reads every view again and sends the missed changes, the views with most subscribers first. `between` runs after
   * each view. Throws what the queries and `between` throw.
   */
  resync(queries: CallQueries, between?: () => Promise<void>): Promise<void>;
  stop(): void;
};

type Shared = {
  key: string;
  limit: number;
  view: View;
  reading: Set<Missed>;
  /** Those in `reading` whose snapshots may be older than the last read of everything. */
  incomplete: WeakSet<Missed>;
  live: Set<Deliver>;
  frame: Throttle;
};

type State = { views: Map<string, Shared>; clock: Clock; requestResync: () => void };

/**
 * Creates the views of all subscribers. Equal selections, forms and limits share one view, which is removed with its
 * last subscriber. `requestResync` requests another read of everything.
 */
export function createSubscriptions(clock: Clock, requestResync: () => void): Subscriptions {
  const views = new Map<string, Shared>();
  const state: State = { views, clock, requestResync };
  return {
    register: (asked, deliver) => register(state, asked, deliver),
    changed(calls, erased) {
      const deltas = [...calls.map(changeOf), ...erased.map(erasureOf)];
      for (const shared of views.values()) notify(shared, deltas);
    },
    async resync(queries, between = async () => {}) {
      for (const shared of [...views.values()].sort((one, other) => other.live.size - one.live.size)) {
        if (views.get(shared.key) === shared) await readAgain(shared, queries);
        await between();
      }
    },
    stop() {
      for (const { frame } of views.values()) frame.stop();
    },
  };
}

const changeOf = (call: Call): Delta => ({
  aggregate_id: call.aggregate_id,
  call,
  message: onceEach((form) => callChanged(call, form)),
  left: onceEach((form) => callLeft(call, form)),
});

function erasureOf(aggregate_id: string): Delta {
  const message = onceEach(() => callErased(aggregate_id));
  return { aggregate_id, call: null, message, left: message };
}

/** Makes the message of each form when it is first needed. */
function onceEach(make: (form: CallForm) => Message): (form: CallForm) => Message {
  const made: { whole?: Message; withoutLegs?: Message } = {};
  return (form) => {
    const name = form.legs === false ? "withoutLegs" : "whole";
    made[name] ??= make(form);
    return made[name];
  };
}

function register({ views, clock, requestResync }: State, asked: Asked, deliver: Deliver): Registration {
  const shared = share(views, asked, clock);
  const missed: Missed = new Map();
  // a separate function for each subscription, because one socket may hold two while it changes from one to the other
  const handOver: Deliver = (messages) => deliver(messages);
  shared.reading.add(missed);
  return {
    live(calls) {
      goLive(shared, missed, calls, handOver);
      // the view learns the calls of the snapshot only now, so the last read could not show which of them had left
      if (shared.incomplete.delete(missed)) requestResync();
    },
    leave() {
      shared.reading.delete(missed);
      shared.live.delete(handOver);
      if (shared.reading.size + shared.live.size > 0) return;
      shared.frame.stop();
      if (views.get(shared.key) === shared) views.delete(shared.key);
    },
  };
}

function share(views: Map<string, Shared>, asked: Asked, clock: Clock): Shared {
  const { limit, legs, ...selection } = asked;
  const key = JSON.stringify([selection.filter, limit, selection.window, selection.order, legs]);
  const existing = views.get(key);
  if (existing) return existing;
  const frame = createThrottle(FRAME_MS, () => sendFrame(shared), clock);
  const view = createView(selection, asked, limit);
  const readers = { reading: new Set<Missed>(), incomplete: new WeakSet<Missed>(), live: new Set<Deliver>() };
  const shared: Shared = { key, limit, view, ...readers, frame };
  views.set(key, shared);
  return shared;
}

function goLive(shared: Shared, missed: Missed, calls: readonly Call[], deliver: Deliver): void {
  if (!shared.reading.delete(missed)) return;
  const news = join(shared.view, calls, missed, shared.live.size === 0);
  shared.live.add(deliver);
  if (news.length > 0) deliver(news.map((delta) => messageOf(shared.view, delta)));
}

function notify(shared: Shared, deltas: readonly Delta[]): void {
  for (const missed of shared.reading) for (const delta of deltas) missed.set(delta.aggregate_id, delta);
  const concerned = deltas.filter((delta) => offer(shared.view, delta));
  if (concerned.length > 0) shared.frame.trigger();
}

function sendFrame({ view, live }: Shared): void {
  const messages = takeFrame(view).map((delta) => messageOf(view, delta));
  if (messages.length > 0) for (const deliver of live) deliver(messages);
}

/** Reads a view again. Sends the changes in the new snapshot, and the changes of calls that are no longer in it. */
async function readAgain(shared: Shared, queries: CallQueries): Promise<void> {
  for (const missed of shared.reading) shared.incomplete.add(missed);
  const { limit, view } = shared;
  const { filter, ...within } = view.selection;
  const { items } = await queries.listCalls(filter, { limit, cursor: null, ...within });
  notify(shared, items.map(changeOf));
  const absent = absentFrom(shared.view, items);
  for (let start = 0; start < absent.length; start += READ_SIZE) {
    const ids = absent.slice(start, start + READ_SIZE);
    const found = await queries.findCalls(ids);
    const there = new Set(found.map((call) => call.aggregate_id));
    notify(shared, [...found.map(changeOf), ...ids.filter((id) => !there.has(id)).map(erasureOf)]);
  }
}
