import type { SearchAccount } from "@teravoz/domain";
import { isCommandName, SOCKET_ERRORS } from "@teravoz/protocol";
import type { Log, Metrics } from "@teravoz/runtime";
import type { Answer, AnswerCommand } from "./answers.ts";
import {
  type Connection,
  closeConnection,
  createConnection,
  isStalled,
  type Link,
  push,
  type Send,
  send,
  sendAnswer,
  type Waiting,
} from "./connection.ts";
import { dataChanged, failed, fresh, invalidMessage, type Message, stale, welcome } from "./messages.ts";
import { type Command, commandKey, parseCommand, type ReportSubject, type Request } from "./protocol.ts";
import type { ReportSubscriptions } from "./report-subscriptions.ts";
import type { Subscriptions } from "./subscriptions.ts";
import { type Clock, createThrottle, type Throttle } from "./throttle.ts";

/** Commands of one socket that wait for their turn; a page asks a handful at once, a loop that reads no answer is cut here. */
export const MAX_WAITING = 1_000;
/** And of all of them, as they are kept: a thousand of a page take 100 KB, and 1,000 such sockets fit into memory. */
export const MAX_WAITING_BYTES = 1024 * 1024;
/** DataChanged: twenty times a second is more than anybody re-reads, and adds little to the delay of one. */
export const CHANGED_MS = 50;
/** A stalled socket is found at most this long after its 30 s. */
const SWEEP_MS = 5_000;
/** Sockets that are to be closed gradually are closed in steps of this time. */
const CLOSE_STEP_MS = 100;

export type Gateway = {
  /** A socket is there: it is welcomed, and from now on told of changes. */
  connect(link: Link, transport: string): Connection;
  /**
   * A message of a client; null is one that cannot be read. Answered in the order of their coming, one at a time;
   * `by` is the way of this one answer where it is not the link: an acknowledgement.
   */
  receive(connection: Connection, request: Request | null, by?: Send): void;
  disconnect(connection: Connection): void;
  /** Something changed: every socket gets a DataChanged after this call, at most one in 50 ms. */
  changed(): void;
  /** From `since` (ms since the epoch) on no notices came: every socket gets a Stale, later ones after their Welcome. */
  stale(since: number): void;
  /** Ends what `stale` began: every socket gets a Fresh. */
  fresh(): void;
  /** Closes the sockets of this moment one after the other within `withinMs`; the answer cancels the rest. */
  closeGradually(withinMs: number): () => void;
  /** Ends every socket. */
  stop(): void;
};

type Deps = {
  answer: AnswerCommand;
  subscriptions: Subscriptions;
  reports: Pick<ReportSubscriptions, "register">;
  log: Log;
  metrics: Metrics;
  clock: Clock;
  /** What numbers and search terms are read by. */
  account: SearchAccount;
};
type State = Deps & {
  connections: Set<Connection>;
  throttle: Throttle;
  /** Set while what the sockets show may be wrong. */
  stale: Message | null;
};

export function createGateway(deps: Deps): Gateway {
  const connections = new Set<Connection>();
  const throttle = createThrottle(CHANGED_MS, () => tellAll(state), deps.clock);
  const state: State = { ...deps, connections, throttle, stale: null };
  let cancelSweep = deps.clock.after(SWEEP_MS, function sweep() {
    endStalled(state);
    cancelSweep = deps.clock.after(SWEEP_MS, sweep);
  });
  return {
    connect: (link, transport) => connect(state, link, transport),
    receive: (connection, request, by = connection.link.send) => receive(state, connection, request, by),
    disconnect: (connection) => disconnect(state, connection),
    changed() {
      for (const connection of connections) connection.due = true;
      throttle.trigger();
    },
    stale(since) {
      state.stale = stale(since);
      pushToAll(state, state.stale);
    },
    fresh() {
      state.stale = null;
      pushToAll(state, fresh);
    },
    closeGradually: (withinMs) => closeGradually(state, withinMs),
    stop() {
      throttle.stop();
      cancelSweep();
      for (const connection of [...connections]) end(state, connection);
    },
  };
}

function connect(state: State, link: Link, transport: string): Connection {
  const connection = createConnection(link, transport, state.clock);
  state.connections.add(connection);
  state.metrics.sockets.inc({ transport });
  pushTo(state, connection, state.stale ? [welcome, state.stale] : [welcome]);
  return connection;
}

function disconnect(state: State, connection: Connection): void {
  if (!state.connections.delete(connection)) return;
  state.metrics.sockets.dec({ transport: connection.transport });
  closeConnection(connection);
}

function end(state: State, connection: Connection): void {
  connection.link.end();
  disconnect(state, connection);
}

function closeGradually(state: State, withinMs: number): () => void {
  const left = [...state.connections];
  const each = Math.ceil((left.length * CLOSE_STEP_MS) / withinMs);
  let cancel = () => {};
  const step = () => {
    for (const connection of left.splice(0, each)) if (connection.open) end(state, connection);
    if (left.length > 0) cancel = state.clock.after(CLOSE_STEP_MS, step);
  };
  step();
  return () => cancel();
}

function endStalled(state: State): void {
  const stalled = [...state.connections].filter((connection) => isStalled(connection, state.clock.now()));
  for (const connection of stalled) end(state, connection);
  if (stalled.length > 0) state.log.warn({ count: stalled.length }, "sockets that take nothing were closed");
}

function pushTo(state: State, connection: Connection, messages: readonly Message[]): void {
  if (connection.open && !push(connection, messages, connection.link.send, state.clock)) {
    state.log.warn({ id: connection.transport }, "a socket that reads too slowly was closed");
    end(state, connection);
    return;
  }
  for (const { event } of messages) state.metrics.fanout.inc({ event });
}

function pushToAll(state: State, message: Message): void {
  for (const connection of [...state.connections]) pushTo(state, connection, [message]);
}

/** One pending DataChanged a socket: while the last is not taken, the next one waits. */
function tellAll(state: State): void {
  for (const connection of state.connections) {
    if (!connection.due || connection.telling) continue;
    connection.due = false;
    connection.telling = true;
    send(connection, dataChanged, connection.link.send, state.clock, () => {
      connection.telling = false;
      if (connection.due) state.throttle.trigger();
    });
    state.metrics.fanout.inc({ event: dataChanged.event });
  }
}

function receive(state: State, connection: Connection, request: Request | null, by: Send): void {
  if (!connection.open) return;
  const next = read(state.account, request, by);
  if (mayWait(connection, next)) {
    connection.waiting.push(next);
    connection.waitingBytes += next.bytes;
    if (!connection.busy) void answerWaiting(state, connection);
    return;
  }
  const refusal = request
    ? failed(request.event.slice(0, 100), SOCKET_ERRORS.tooManyWaiting.text)
    : invalidMessage;
  count(state, next.event, refusal);
  if (!push(connection, [refusal], by, state.clock)) end(state, connection);
}

/** Read at once, so that of what a client sends only what counts is kept: JSON takes many times its text. */
function read(account: SearchAccount, request: Request | null, by: Send): Waiting {
  const event = request && isCommandName(request.event) ? request.event : "other";
  const asked = request ? parseCommand(request, account) : { refusal: invalidMessage };
  const bytes = "command" in asked ? Buffer.byteLength(commandKey(asked.command)) : asked.refusal.bytes;
  return { event, asked, bytes, send: by };
}

const mayWait = ({ waiting, waitingBytes }: Connection, { bytes }: Waiting): boolean =>
  waiting.length < MAX_WAITING && waitingBytes + bytes <= MAX_WAITING_BYTES;

/** Answers what waits, one by one: the next only when this one's answer is taken, so a socket holds one at most. */
async function answerWaiting(state: State, connection: Connection): Promise<void> {
  connection.busy = true;
  for (let next = takeNext(connection); next; next = takeNext(connection)) {
    const { message, sent } = await answerOne(state, connection, next);
    if (!connection.open) break;
    count(state, next.event, message);
    const taken = sendAnswer(connection, message, next.send, state.clock);
    sent?.();
    await taken;
  }
  connection.busy = false;
}

function takeNext(connection: Connection): Waiting | undefined {
  const next = connection.waiting.shift();
  connection.waitingBytes -= next?.bytes ?? 0;
  return next;
}

type Reply = { message: Message; sent?: () => void };

async function answerOne(state: State, connection: Connection, { asked }: Waiting): Promise<Reply> {
  if ("refusal" in asked) return { message: asked.refusal };
  if (isSubscription(asked.command)) return subscribe(state, connection, asked.command);
  return state.answer(asked.command);
}

type Subscription = (Command & { event: "Subscribe" }) | ReportSubject;

const isSubscription = (command: Command): command is Command & Subscription =>
  command.event.startsWith("Subscribe");

/** The old subscription goes on until the new one's snapshot is there; a Subscribe that fails changes nothing. */
async function subscribe(state: State, connection: Connection, command: Subscription): Promise<Reply> {
  const registration = register(state, connection, command);
  const answer = await state.answer(command);
  if (!connection.open || (answer.calls ?? answer.report ?? null) === null) {
    registration.leave();
    return { message: answer.message };
  }
  const sent = () => {
    connection.subscriptions.get(command.event)?.leave();
    connection.subscriptions.set(command.event, registration);
    registration.live(answer);
  };
  return { message: answer.message, sent };
}

function register(state: State, connection: Connection, command: Subscription) {
  const deliver = (messages: readonly Message[]) => pushTo(state, connection, messages);
  if (command.event === "Subscribe") {
    const { live, leave } = state.subscriptions.register(command, deliver);
    return { leave, live: ({ calls }: Answer) => live(calls!) };
  }
  const { live, leave } = state.reports.register(command, deliver);
  return { leave, live: ({ report }: Answer) => live(report!) };
}

function count(state: State, event: string, { status }: Message): void {
  state.metrics.commands.inc({ event, status });
}
