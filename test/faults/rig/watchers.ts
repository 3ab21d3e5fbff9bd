import { createRandom, drawOne, drawWhole } from "@teravoz/simulator";
import type { ClientView, SeenCall } from "../checker/evidence.ts";
import { type Envelope, openSocket, type Socket, type Transport } from "./sockets.ts";

/** A client of realtime that shows only what it was sent. */
export type Watcher = {
  name: string;
  view(): ClientView;
  /** Asks for the events of these calls, which are then part of the view. */
  askEvents(call_ids: readonly string[]): Promise<void>;
  close(): void;
};

type Options = {
  name: string;
  transport: Transport;
  subscribes: boolean;
  urls: readonly string[];
  seed: number;
};

type State = Options & {
  random: () => number;
  socket: Socket | null;
  /** True after the welcome. A command that is sent before it may be lost, or be answered twice. */
  welcomed: boolean;
  closed: boolean;
  connections: number;
  calls: Map<string, SeenCall>;
  vanished: ClientView["vanished"];
  events: ClientView["events"];
  notified: number[];
  heard: ClientView["heard"];
  asked: string[];
  /** `listing` is true until the next list may be asked for; `dirty` is true if something changed meanwhile. */
  listing: boolean;
  dirty: boolean;
  askedAt: number;
};

/**
 * Pause between two lists of one client; at least `LIST_REST` times the duration of the last one, so that long lists
 * leave time for other work.
 */
const LIST_MS = 300;
const LIST_REST = 5;
/** Pause until a failed command is tried again. A closed socket is opened again after at most twice that time. */
const RETRY_MS = 500;

/**
 * Opens a client that lists all calls after Welcome and DataChanged, or subscribes. When its socket closes, it connects
 * to any instance.
 */
export function openWatcher(options: Options): Watcher {
  const state: State = {
    ...options,
    random: createRandom(options.seed),
    socket: null,
    welcomed: false,
    closed: false,
    connections: 0,
    calls: new Map(),
    vanished: [],
    events: [],
    notified: [],
    heard: [],
    asked: [],
    listing: false,
    dirty: false,
    askedAt: 0,
  };
  connect(state);
  return {
    name: options.name,
    view: () => ({
      name: options.name,
      calls: [...state.calls.values()],
      events: state.events,
      notified: state.notified,
      heard: state.heard,
      connections: state.connections,
      unanswered: [...state.asked],
      vanished: state.vanished,
    }),
    askEvents: (call_ids) => askEvents(state, call_ids),
    close: () => {
      state.closed = true;
      state.socket?.close();
    },
  };
}

function connect(state: State): void {
  if (state.closed) return;
  Object.assign(state, { welcomed: false, listing: false, dirty: false });
  const again = () => {
    state.notified.push(Date.now());
    setTimeout(() => connect(state), drawWhole(state.random, 100, 2 * RETRY_MS));
  };
  const url = drawOne(state.random, state.urls);
  state.socket = openSocket(state.transport, url, {
    onMessage: (message) => take(state, message),
    onClose: again,
  });
}

/** Messages after which a client knows that its view may be stale. */
const NOTIFYING = new Set(["Welcome", "DataChanged"]);

function take(state: State, { event, status, data }: Envelope): void {
  if (NOTIFYING.has(event)) state.notified.push(Date.now());
  if (status === "Failed") return void setTimeout(() => ask(state, event), RETRY_MS);
  if (event === "Welcome") begin(state);
  else if (event === "ListCalls" || event === "Subscribe") replaceView(state, data);
  else if (event === "DataChanged" && !state.subscribes) list(state);
  else if (event === "CallChanged") changeCall(state, data);
  else if (event === "CallErased") state.calls.delete(data.aggregate_id);
  else if (event === "ListCallEvents") takeEvents(state, data);
}

/** Begins a connection, and asks the question again that the connection before did not answer. */
function begin(state: State): void {
  state.welcomed = true;
  state.connections++;
  ask(state, state.subscribes ? "Subscribe" : "ListCalls");
  askNext(state);
}

function ask(state: State, event: string): void {
  if (event === "ListCallEvents") askNext(state);
  else {
    state.listing = true;
    state.askedAt = Date.now();
    state.socket?.send(event, {});
  }
}

function list(state: State): void {
  state.dirty = state.listing;
  if (!state.listing) ask(state, "ListCalls");
}

function replaceView(state: State, calls: SeenCall[]): void {
  const seen = new Map(calls.map((call) => [call.aggregate_id, call]));
  for (const [key, before] of state.calls) noteLoss(state, before, seen.get(key));
  state.calls = seen;
  setTimeout(
    () => {
      state.listing = false;
      if (state.dirty) list(state);
    },
    Math.max(LIST_MS, LIST_REST * (Date.now() - state.askedAt)),
  );
}

function changeCall(state: State, call: SeenCall): void {
  const before = state.calls.get(call.aggregate_id);
  if (before) noteLoss(state, before, call);
  const { version } = call;
  // a repeated notification is not a new change
  if (version > (before?.version ?? 0)) state.heard.push({ version, at: Date.now() });
  state.calls.set(call.aggregate_id, call);
}

function noteLoss(state: State, before: SeenCall, now: SeenCall | undefined): void {
  if (now && now.events >= before.events) return;
  const detail = `${before.events} events, then ${now?.events ?? "no call"}`;
  state.vanished.push({ call: before.aggregate_id, detail });
}

/** Limit for all questions of a client, which may be cut off meanwhile. Questions without an answer are in the view. */
const ANSWER_MS = 30_000;

async function askEvents(state: State, call_ids: readonly string[]): Promise<void> {
  state.asked = [...call_ids];
  state.events = [];
  askNext(state);
  const giveUpAt = Date.now() + ANSWER_MS;
  while (state.asked.length > 0 && Date.now() < giveUpAt)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

function askNext({ asked: [call_id], welcomed, socket }: State): void {
  if (call_id && welcomed) socket?.send("ListCallEvents", { call_id });
}

function takeEvents(state: State, events: { aggregate_id: string; event: unknown }[]): void {
  const [call_id] = state.asked;
  // a question that was asked twice is answered twice: the second answer is ignored
  if (call_id === undefined || events.some(({ aggregate_id }) => aggregate_id !== call_id)) return;
  state.asked.shift();
  state.events.push({ call_id, payloads: events.map(({ event }) => JSON.stringify(event)) });
  askNext(state);
}
