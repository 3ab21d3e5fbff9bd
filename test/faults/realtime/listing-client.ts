import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";

/**
 * A plain WebSocket client by the protocol. It does not parse its lists, so that a thousand clients cost little time.
 */
export type ListingClient = {
  /** The message with the last list. */
  readonly list: Buffer | null;
  readonly connected: boolean;
  readonly counts: Counts;
  /** Asks for a list now. Resolves with the status of the answer, or "closed". */
  ask(): Promise<string>;
  close(): void;
};

/** Number of its notifications and answers, and of its connections that ended. */
export type Counts = { changed: number; ok: number; failed: number; closed: number };

type Options = {
  /** Addresses to try in turn, beginning with the first. */
  urls: readonly string[];
  /** Number of calls in a list. */
  limit: number;
  /**
   * Longest pause from a notification to its question. The pause is random, so that a thousand clients do not ask at
   * once.
   */
  spreadMs: number;
  /** Longest pause from the end of a connection to the next one, also random. */
  reconnectMs: number;
};

type State = Options & {
  turn: number;
  socket: WebSocket | null;
  list: Buffer | null;
  counts: Counts;
  /** The callers that wait for an answer, in the order of their questions. Answers come in this order. */
  questions: ((how: string) => void)[];
  /** True if it was notified of a change since it asked. */
  stale: boolean;
  ended: boolean;
};

/**
 * Creates a client that lists when it connects and after each DataChanged, one question at a time. It does not repeat a
 * question that failed, because it is notified when the question can succeed. When its connection ends it uses the next
 * address.
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
  // the close event follows, even for a refused connection
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

/** Reads event and status from the end of each envelope. Nothing else of it is read. */
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
