import { io } from "socket.io-client";
import io2 from "socket.io-client-2";
import WebSocket from "ws";

/** An envelope as a client receives it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into data of every shape
export type Envelope = { data: any; event: string; status: string; next?: string };

export type SocketClient = {
  /** Every received envelope, in order. */
  received: Envelope[];
  of(event: string): Envelope[];
  /** The next envelope of this name that was not taken yet. */
  next(event: string): Promise<Envelope>;
  /** Number of envelopes of this name that were not taken yet. */
  untaken(event: string): number;
  /** The raw text of each message, if the transport shows it. */
  texts: string[];
  /** Sends a command. Without `data` it has no data. */
  send(event: string, ...data: unknown[]): void;
  ask(event: string, ...data: unknown[]): Promise<Envelope>;
  closed: Promise<void>;
  isOpen(): boolean;
  close(): void;
};

export type Transport = "websocket" | "socket.io by websocket" | "socket.io by polling" | OldTransport;
/** The client of socket.io 2, whose protocol is older (EIO=3). */
export type OldTransport = "socket.io 2 by websocket" | "socket.io 2 by polling";
export const TRANSPORTS: Transport[] = ["websocket", "socket.io by websocket", "socket.io by polling"];

export const OLD_TRANSPORTS: OldTransport[] = ["socket.io 2 by websocket", "socket.io 2 by polling"];
const isOld = (transport: Transport): transport is OldTransport =>
  OLD_TRANSPORTS.includes(transport as OldTransport);

type Options = { token?: string; origin?: string };

/** Connects, and resolves when the server's Welcome has arrived. Rejects with the reason of a refusal. */
export async function connectClient(
  transport: Transport,
  url: string,
  options: Options = {},
): Promise<SocketClient> {
  if (transport === "websocket") return connectPlain(url, options);
  return isOld(transport)
    ? connectOldSocketIo(transport, url, options)
    : connectSocketIo(transport, url, options);
}

function createInbox() {
  const received: Envelope[] = [];
  const untaken: Envelope[] = [];
  const waiting: { event: string; resolve: (envelope: Envelope) => void }[] = [];
  const take = (envelope: Envelope) => {
    received.push(envelope);
    const index = waiting.findIndex(({ event }) => event === envelope.event);
    if (index < 0) untaken.push(envelope);
    else waiting.splice(index, 1)[0]?.resolve(envelope);
  };
  const next = (event: string) =>
    new Promise<Envelope>((resolve) => {
      const index = untaken.findIndex((envelope) => envelope.event === event);
      if (index < 0) waiting.push({ event, resolve });
      else resolve(untaken.splice(index, 1)[0]!);
    });
  const of = (event: string) => received.filter((envelope) => envelope.event === event);
  const count = (event: string) => untaken.filter((envelope) => envelope.event === event).length;
  return { received, of, take, next, untaken: count };
}

async function connectPlain(url: string, { token, origin }: Options): Promise<SocketClient> {
  const address = `${url.replace("http", "ws")}/calls${token ? `?token=${token}` : ""}`;
  const webSocket = new WebSocket(address, origin ? { origin } : {});
  const inbox = createInbox();
  const texts: string[] = [];
  webSocket.on("message", (data) => {
    texts.push(data.toString());
    inbox.take(JSON.parse(data.toString()));
  });
  const closed = new Promise<void>((resolve) => webSocket.once("close", () => resolve()));
  const failed = new Promise<never>((_resolve, reject) => webSocket.once("error", reject));
  failed.catch(() => {});
  await Promise.race([inbox.next("Welcome"), failed]);
  const send = (event: string, ...data: unknown[]) =>
    webSocket.send(JSON.stringify(data.length > 0 ? { event, data: data[0] } : { event }));
  return {
    ...inbox,
    texts,
    closed,
    send,
    ask(event, ...data) {
      send(event, ...data);
      return inbox.next(event);
    },
    isOpen: () => webSocket.readyState === WebSocket.OPEN,
    close: () => webSocket.close(),
  };
}

async function connectSocketIo(
  transport: Transport,
  url: string,
  { token, origin }: Options,
): Promise<SocketClient> {
  const socket = io(url, {
    transports: [transport === "socket.io by polling" ? "polling" : "websocket"],
    reconnection: false,
    forceNew: true,
    ...(token ? { auth: { token } } : {}),
    ...(origin ? { extraHeaders: { origin } } : {}),
  });
  const inbox = createInbox();
  socket.onAny((event: string, envelope: Envelope) => {
    if (envelope.event !== event) throw new Error(`${envelope.event} came as ${event}`);
    inbox.take(envelope);
  });
  const closed = new Promise<void>((resolve) => socket.once("disconnect", () => resolve()));
  const failed = new Promise<never>((_resolve, reject) => socket.once("connect_error", reject));
  failed.catch(() => socket.close());
  await Promise.race([inbox.next("Welcome"), failed]);
  return clientOf(socket, inbox, closed);
}

/** The part of socket.io's clients that is the same in both of its protocols. */
type EmittingSocket = {
  connected: boolean;
  emit(event: string, ...data: unknown[]): unknown;
  close(): unknown;
};

const clientOf = (
  socket: EmittingSocket,
  inbox: ReturnType<typeof createInbox>,
  closed: Promise<void>,
): SocketClient => ({
  ...inbox,
  texts: [],
  closed,
  send: (event, ...data) => void socket.emit(event, ...data),
  ask(event, ...data) {
    socket.emit(event, ...data);
    return inbox.next(event);
  },
  isOpen: () => socket.connected,
  close: () => void socket.close(),
});

/**
 * Connects a client of socket.io 2. It has no `auth`, so the token goes into the query. It has no `onAny`, so
 * the names of events are listed.
 */
async function connectOldSocketIo(
  transport: OldTransport,
  url: string,
  { token, origin }: Options,
): Promise<SocketClient> {
  const socket = io2(url, {
    transports: [transport.endsWith("polling") ? "polling" : "websocket"],
    // Node's own WebSocket sends no headers
    forceNode: true,
    reconnection: false,
    forceNew: true,
    ...(token ? { query: { token } } : {}),
    ...(origin ? { extraHeaders: { origin } } : {}),
  });
  const inbox = createInbox();
  for (const event of NAMES) socket.on(event, (envelope: Envelope) => inbox.take(envelope));
  // the engine first sends its unsent packets, so it closes later than the client's own "disconnect"
  const closed = new Promise<void>((resolve) => socket.io.engine.once("close", () => resolve()));
  const failed = new Promise<never>((_resolve, reject) => {
    for (const event of ["connect_error", "error"])
      socket.once(event, (error: unknown) =>
        reject(error instanceof Error ? error : new Error(JSON.stringify(error))),
      );
  });
  failed.catch(() => socket.close());
  await Promise.race([inbox.next("Welcome"), failed]);
  return clientOf(socket, inbox, closed);
}

const NAMES = [
  "Welcome",
  "DataChanged",
  "ListCalls",
  "ListCallEvents",
  "Subscribe",
  "CallChanged",
  "InvalidEvent",
];
