import type { SearchAccount } from "@teravoz/domain";
import { isCommandName, SOCKET_ERRORS } from "@teravoz/protocol";
import type { Log, Metrics } from "@teravoz/runtime";
import type { Answer, AnswerCommand } from "./commands/answers.ts";
import {
  type Connection,
  closeConnection,
  createConnection,
  isStalled,
  type PendingCommand,
  push,
  type Send,
  send,
  sendAnswer,
  type TransportSocket,
} from "./commands/connection.ts";
import {
  dataChanged,
  failed,
  fresh,
  invalidMessage,
  type Message,
  stale,
  welcome,
} from "./commands/messages.ts";
import {
  type Command,
  commandKey,
  parseCommand,
  type ReportSubject,
  type Request,
} from "./commands/protocol.ts";
import { type Clock, createThrottle, type Throttle } from "./commands/throttle.ts";
import type { Subscriptions } from "./feed/subscriptions.ts";
import type { ReportSubscriptions } from "./reports/report-subscriptions.ts";

/**
 * The maximum number of waiting commands of one socket. A page sends a handful at once. The limit stops a client that
 * reads no answers.
 */
export const MAX_WAITING = 1_000;
/** The maximum number of bytes of the waiting commands of one socket. A thousand commands of a page take 100 KB. */
export const MAX_WAITING_BYTES = 1024 * 1024;
/** The shortest time between two DataChanged: no client needs more than twenty a second. */
export const CHANGED_MS = 50;
/** The time between two checks for stalled sockets. */
const SWEEP_MS = 5_000;
/** The time between two steps of closing sockets gradually. */
const CLOSE_STEP_MS = 100;

export type Gateway = {
  /** Welcomes a new socket. From now on it is notified of changes. */
  connect(link: TransportSocket, transport: string): Connection;
  /**
   * Takes a message of a client; null is a message that cannot be read. The messages of a socket are answered in order,
   * one at a time. `by` sends the answer in place of the link's `send`, for example as an acknowledgement.
   */
  receive(connection: Connection, request: Request | null, by?: Send): void;
  disconnect(connection: Connection): void;
  /** Sends a DataChanged to every socket, at most one in 50 ms. */
  changed(): void;
  /**
   * Sends a Stale to every socket, and to later ones after their Welcome. No notices have arrived since `since` (ms
   * since the epoch).
   */
  stale(since: number): void;
  /** Sends a Fresh to every socket, which ends `stale`. */
  fresh(): void;
  /** Closes the present sockets one after the other within `withinMs`. Returns a function that cancels the rest. */
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
  /** The rules for reading numbers and search terms. */
  account: SearchAccount;
};
type State = Deps & {
  connections: Set<Connection>;
  throttle: Throttle;
  /** The Stale message while the boards of the sockets may be outdated, else null. */
  stale: Message | null;
};

export function createGateway(deps: Deps): Gateway {
  const connections = new Set<Connection>();
  const throttle = createThrottle(CHANGED_MS, () => notifyAll(state), deps.clock);
  const state: State = { ...deps, connections, throttle, stale: null };
  let cancelSweep = deps.clock.after(SWEEP_MS, function sweep() {
    endStalled(state);
    cancelSweep = deps.clock.after(SWEEP_MS, sweep);
  });
  return {
    connect: (link, transport) => connect(state, link, transport),
    receive: (connection, request, by = connection.socket.send) => receive(state, connection, request, by),
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

function connect(state: State, link: TransportSocket, transport: string): Connection {
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
  connection.socket.end();
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
  if (stalled.length > 0) state.log.warn({ count: stalled.length }, "closed sockets that read nothing");
}

function pushTo(state: State, connection: Connection, messages: readonly Message[]): void {
  if (connection.open && !push(connection, messages, connection.socket.send, state.clock)) {
    state.log.warn({ id: connection.transport }, "closed a socket that reads too slowly");
    end(state, connection);
    return;
  }
  for (const { event } of messages) state.metrics.fanout.inc({ event });
}

function pushToAll(state: State, message: Message): void {
  for (const connection of [...state.connections]) pushTo(state, connection, [message]);
}

/** Sends the due DataChanged messages. A socket that has not taken the last one gets the next one later. */
function notifyAll(state: State): void {
  for (const connection of state.connections) {
    if (!connection.due || connection.notifying) continue;
    connection.due = false;
    connection.notifying = true;
    send(connection, dataChanged, connection.socket.send, state.clock, () => {
      connection.notifying = false;
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

/**
 * Reads a message at once and keeps only its parameters, because parsed JSON takes many times the memory of its text.
 */
function read(account: SearchAccount, request: Request | null, by: Send): PendingCommand {
  const event = request && isCommandName(request.event) ? request.event : "other";
  const asked = request ? parseCommand(request, account) : { refusal: invalidMessage };
  const bytes = "command" in asked ? Buffer.byteLength(commandKey(asked.command)) : asked.refusal.bytes;
  return { event, asked, bytes, send: by };
}

const mayWait = ({ waiting, waitingBytes }: Connection, { bytes }: PendingCommand): boolean =>
  waiting.length < MAX_WAITING && waitingBytes + bytes <= MAX_WAITING_BYTES;

/**
 * Answers the waiting commands one by one. The next one begins when the client has taken the answer, so a socket holds
 * only one answer.
 */
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

function takeNext(connection: Connection): PendingCommand | undefined {
  const next = connection.waiting.shift();
  connection.waitingBytes -= next?.bytes ?? 0;
  return next;
}

type Reply = { message: Message; sent?: () => void };

async function answerOne(state: State, connection: Connection, { asked }: PendingCommand): Promise<Reply> {
  if ("refusal" in asked) return { message: asked.refusal };
  if (isSubscription(asked.command)) return subscribe(state, connection, asked.command);
  return state.answer(asked.command);
}

type Subscription = (Command & { event: "Subscribe" }) | ReportSubject;

const isSubscription = (command: Command): command is Command & Subscription =>
  command.event.startsWith("Subscribe");

/** Replaces a subscription once the new one is answered. A failed Subscribe changes nothing. */
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
