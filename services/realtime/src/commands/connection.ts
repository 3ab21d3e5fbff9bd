import type { Message } from "./messages.ts";
import type { Command } from "./protocol.ts";
import type { Clock } from "./throttle.ts";

/**
 * The limit for pushed messages that are not taken yet, with their overhead. A client with a larger backlog will not
 * catch up. The backlogs of 1,000 sockets fit into memory.
 */
export const MAX_BACKLOG_BYTES = 1024 * 1024;
/**
 * The overhead in bytes of a message that is not taken yet, without its text, which all sockets share. Measured with 50
 * sockets that read nothing: the queues of the WebSocket and the stream take 600 bytes.
 */
export const HELD_BYTES = 600;
/**
 * The time without progress after which a socket is closed. A live client takes data within a round trip. Half a minute
 * is enough for a train in a tunnel.
 */
export const STALL_MS = 30_000;

/** Sends one message. `taken` is called when the operating system's buffer (with polling: the client's poll) has it. */
export type Send = (message: Message, taken: () => void) => void;

/** The operations of a transport on one socket. */
export type TransportSocket = {
  send: Send;
  /** Ends the connection without waiting for unsent data. */
  end(): void;
  /** The bytes sent that the operating system's buffer has not taken yet. Missing if the transport does not know. */
  unsent?(): number;
};

/** A subscription that can be ended. */
type Leaving = { leave(): void };

/** A command, or the message that refuses it. `event` is the name under which it is counted. */
export type PendingCommand = {
  event: string;
  asked: { command: Command } | { refusal: Message };
  bytes: number;
  send: Send;
};

/** One client, by any transport. */
export type Connection = {
  readonly socket: TransportSocket;
  readonly transport: string;
  open: boolean;
  /** The commands to be answered, in order of arrival, and their size in bytes. */
  waiting: PendingCommand[];
  waitingBytes: number;
  /** True while one of its commands is being answered. */
  busy: boolean;
  /** `due` = a DataChanged is to be sent; `notifying` = the last one is not taken yet. */
  due: boolean;
  notifying: boolean;
  /** The subscriptions by command name. A new one replaces the old one of the same command. */
  subscriptions: Map<string, Leaving>;
  /**
   * The bytes of pushed messages that are not taken yet, with their overhead, and the number of all messages that are
   * not taken yet.
   */
  backlog: number;
  untaken: number;
  /** The value of `unsent()` at the last check. */
  unsent: number;
  /**
   * The time at which something was last taken, even a part of a message, or at which the first message began to wait.
   */
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

/** Sends one message. Calls `taken` once, unless the connection closes first. */
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
 * Pushes messages that are not answers. Returns false and sends nothing if the backlog is too large. Only the backlog
 * before this push counts, because a large frame alone does not mean a slow reader.
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

/** Sends an answer. Resolves when the answer is taken or the connection closes. */
export function sendAnswer(connection: Connection, message: Message, by: Send, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    connection.release = resolve;
    send(connection, message, by, clock, resolve);
  });
}

/**
 * Returns whether the socket has made no progress for STALL_MS. It must be called periodically: a slow line takes a
 * large message in parts, and no event reports that.
 */
export function isStalled(connection: Connection, now: number): boolean {
  const unsent = connection.socket.unsent?.() ?? 0;
  if (unsent !== connection.unsent) Object.assign(connection, { unsent, progressAt: now });
  return connection.untaken > 0 && now - connection.progressAt > STALL_MS;
}

/** Discards waiting commands and ends all subscriptions. Nothing is sent afterwards. */
export function closeConnection(connection: Connection): void {
  connection.open = false;
  connection.waiting.length = 0;
  connection.waitingBytes = 0;
  for (const subscription of connection.subscriptions.values()) subscription.leave();
  connection.subscriptions.clear();
  connection.release();
}
