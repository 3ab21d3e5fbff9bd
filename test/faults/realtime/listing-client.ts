import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";

/** A plain WebSocket client as the protocol wants it, without what costs a thousand of them time: it reads no list it need not. */
export type ListingClient = {
  /** The last list, as it came. */
  readonly list: Buffer | null;
  readonly connected: boolean;
  readonly counts: Counts;
  /** Asks now, whatever it was notified of; resolves with how that was answered, or "closed". */
  ask(): Promise<string>;
  close(): void;
};

/** What came to it, and how often its connection ended. */
export type Counts = { changed: number; ok: number; failed: number; closed: number };

type Options = {
  /** Tried in turn, the first at the start. */
  urls: readonly string[];
  /** Calls in a list. */
  limit: number;
  /** Notified of a change, it asks after this time at most (random, so that a thousand do not ask as one). */
  spreadMs: number;
  /** The same for a connection that ended. */
  reconnectMs: number;
};

type State = Options & {
  turn: number;
  socket: WebSocket | null;
  list: Buffer | null;
  counts: Counts;
  /** Who waits for which answer: they come in the order of the questions. */
  questions: ((how: string) => void)[];
  /** True if it was notified of a change since it asked. */
  stale: boolean;
  ended: boolean;
};

/**
 * Lists when it is connected and after each DataChanged, one question at a time. A Failed it does not ask again: it is
 * promised a notification when that makes sense. When its connection ends it goes to the next address.
 */
export function createListingClient(options: Options): ListingClient {
  const counts = { changed: 0, ok: 0, failed: 0, closed: 0 };
  const flags = { stale: false, ended: false };
  const state: State = { ...options, ...flags, turn: 0, socket: null, list: null, counts, questions: [] };
  connect(state);
  return {
    counts,
    get list() {
      return state.list;
    },
    get connected() {
      return state.socket?.readyState === WebSocket.OPEN;
    },
    ask: () => new Promise((resolve) => ask(state, resolve)),
    close() {
      state.ended = true;
      state.socket?.terminate();
    },
  };
}

function connect(state: State): void {
  if (state.ended) return;
  const url = state.urls[state.turn % state.urls.length]!;
  const socket = new WebSocket(url.replace("http", "ws"), { perMessageDeflate: false });
  state.socket = socket;
  socket.on("open", () => ask(state));
  socket.on("message", (frame: Buffer) => receive(state, frame));
  // a refused connection closes as well
  socket.on("error", () => {});
  socket.on("close", () => void reconnect(state));
}

async function reconnect(state: State): Promise<void> {
  state.counts.closed += 1;
  state.turn += 1;
  for (const answered of state.questions.splice(0)) answered("closed");
  await sleep(Math.random() * state.reconnectMs);
  connect(state);
}

function ask(state: State, answered: (how: string) => void = () => {}): void {
  if (state.socket?.readyState !== WebSocket.OPEN) {
    answered("closed");
    return;
  }
  state.questions.push(answered);
  state.stale = false;
  state.socket.send(`{"event":"ListCalls","data":{"limit":${state.limit}}}`);
}

/** Event and status stand at the end of each envelope: nothing else of it is read. */
const END = /"event":"(\w+)","status":"(\w+)"(?:,"next":"[^"]*")?}$/;

function receive(state: State, frame: Buffer): void {
  const [, event, status] = END.exec(frame.toString("latin1", Math.max(0, frame.length - 200))) ?? [];
  if (event === "DataChanged") hearOfChange(state);
  if (event === "ListCalls") takeList(state, status === "Ok", frame);
}

function takeList(state: State, ok: boolean, frame: Buffer): void {
  state.counts[ok ? "ok" : "failed"] += 1;
  if (ok) state.list = frame;
  state.questions.shift()?.(ok ? "Ok" : "Failed");
  if (state.stale) askSoon(state);
}

function hearOfChange(state: State): void {
  state.counts.changed += 1;
  if (state.questions.length === 0 && !state.stale) askSoon(state);
  state.stale = true;
}

function askSoon(state: State): void {
  state.stale = true;
  const { socket } = state;
  setTimeout(() => socket === state.socket && ask(state), Math.random() * state.spreadMs).unref();
}
