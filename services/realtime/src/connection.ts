import type { Message } from "./messages.ts";
import type { Command } from "./protocol.ts";
import type { Clock } from "./throttle.ts";

/** Pushed and not taken, with what holds it: beyond this a reader will not catch up, and 1,000 such sockets fit into memory. */
export const MAX_BACKLOG_BYTES = 1024 * 1024;
/**
 * What a message that is not taken costs its socket beside the text, which all sockets share: measured with 50 sockets that
 * read nothing, 600 bytes of the WebSocket's and the stream's own queues.
 */
export const HELD_BYTES = 600;
/** A live client takes something within a round trip; half a minute survives a train's tunnel. */
export const STALL_MS = 30_000;

/** Sends one message; `taken` is called when the system's own buffer (polling: the client's poll) has it. */
export type Send = (message: Message, taken: () => void) => void;

/** What a transport offers of one socket. */
export type TransportSocket = {
  send: Send;
  /** Ends the connection without waiting for what is unsent. */
  end(): void;
  /** Bytes of what was sent that the system's own buffer has not taken, where the transport knows. */
  unsent?(): number;
};

/** Something that goes on until it is left. */
type Leaving = { leave(): void };

/** A command, or what refuses it; `event` is the name it is counted under. */
export type PendingCommand = {
  event: string;
  asked: { command: Command } | { refusal: Message };
  bytes: number;
  send: Send;
};

/** One client, whatever it is connected by. */
export type Connection = {
  readonly socket: TransportSocket;
  readonly transport: string;
  open: boolean;
  /** What is to be answered, in the order it came, and the bytes of it. */
  waiting: PendingCommand[];
  waitingBytes: number;
  /** One of its commands is being answered. */
  busy: boolean;
  /** It is to get a DataChanged; `notifying` = the last one is not taken yet. */
  due: boolean;
  notifying: boolean;
  /** By the command that asked for it; another of the same takes its place. */
  subscriptions: Map<string, Leaving>;
  /** Bytes of pushed messages and of what holds them, and the number of all messages, that are not taken. */
  backlog: number;
  untaken: number;
  /** As it was when last looked at. */
  unsent: number;
  /** When something was taken last, be it a part of a message, or the first message began to wait. */
  progressAt: number;
  /** Ends the wait for an answer to be taken. */
  release: () => void;
};

export function createConnection(link: TransportSocket, transport: string, clock: Clock): Connection {
  return {
    socket: link,
    transport,
    open: true,
    waiting: [],
    waitingBytes: 0,
    busy: false,
    due: false,
    notifying: false,
    subscriptions: new Map(),
    backlog: 0,
    untaken: 0,
    unsent: 0,
    progressAt: clock.now(),
    release: () => {},
  };
}

/** Sends one message and calls `taken` once, unless the connection closes before. */
export function send(
  connection: Connection,
  message: Message,
  by: Send,
  clock: Clock,
  taken: () => void,
): void {
  if (connection.untaken === 0) connection.progressAt = clock.now();
  connection.untaken += 1;
  by(message, () => {
    connection.untaken -= 1;
    connection.progressAt = clock.now();
    if (connection.open) taken();
  });
}

/**
 * Sends what nobody asked for; false, and nothing sent, where too much of that is still untaken. It is the
 * backlog before that counts: a large frame alone says nothing about its reader.
 */
export function push(connection: Connection, messages: readonly Message[], by: Send, clock: Clock): boolean {
  if (connection.backlog > MAX_BACKLOG_BYTES) return false;
  for (const message of messages) {
    const held = message.bytes + HELD_BYTES;
    connection.backlog += held;
    send(connection, message, by, clock, () => {
      connection.backlog -= held;
    });
  }
  return true;
}

/** Sends an answer; resolves when it is taken or the connection closes. */
export function sendAnswer(connection: Connection, message: Message, by: Send, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    connection.release = resolve;
    send(connection, message, by, clock, resolve);
  });
}

/** To be asked now and then: a large message on a slow line is taken bit by bit, and no event reports it. */
export function isStalled(connection: Connection, now: number): boolean {
  const unsent = connection.socket.unsent?.() ?? 0;
  if (unsent !== connection.unsent) Object.assign(connection, { unsent, progressAt: now });
  return connection.untaken > 0 && now - connection.progressAt > STALL_MS;
}

/** Forgets what waits and unsubscribes; nothing is sent from here on. */
export function closeConnection(connection: Connection): void {
  connection.open = false;
  connection.waiting.length = 0;
  connection.waitingBytes = 0;
  for (const subscription of connection.subscriptions.values()) subscription.leave();
  connection.subscriptions.clear();
  connection.release();
}
