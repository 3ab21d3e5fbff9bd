import { computed, signal } from "@preact/signals";
import type {
  Answers,
  CommandInput,
  CommandName,
  Envelope,
  More,
  Pushes,
  PushName,
} from "@teravoz/protocol/client";
import { io } from "socket.io-client";
import { serverTime } from "./clock.ts";

/** `since`: the page may be wrong since this time of the server; null if the page has not shown anything yet. */
export type Connection =
  | { status: "connecting" }
  | { status: "live" }
  | { status: "lost"; since: number | null }
  | { status: "token"; wrong: boolean };

/** The answer to a command. */
export type Answer<Name extends CommandName> = Envelope<Answers[Name]>;

/** A message that no command asked for. */
export type Push<Name extends PushName> = { data: Pushes[Name] } & Pick<More, "left">;

const TOKEN = "token";
/** The page asks again after this time if an answer failed, which means that the database is unavailable. */
export const RETRY_MS = 2_000;

export const connection = signal<Connection>({ status: "connecting" });
/** The server's time since when the server itself receives no changes; null while it receives them. */
const cutOffSince = signal<number | null>(null);
/**
 * The server's time since when the page may be wrong; null while the page is right, or if it has not shown
 * anything yet.
 */
export const staleSince = computed(() =>
  connection.value.status === "lost" ? connection.value.since : cutOffSince.value,
);
/** The number of DataChanged messages from the server. An effect that reads it runs after each change. */
export const changed = signal(0);
/** The call_id of the call that was erased last: a view that shows this call hides it. */
export const erased = signal<string | null>(null);

const socket = io({
  // WebSocket needs no sticky balancer; polling is for networks that break WebSocket
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  auth: (send) => send({ token: sessionStorage.getItem(TOKEN) ?? undefined }),
});

/** Keeps the token for this tab and connects with it. */
export function giveToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
  socket.connect();
}

export const isConnected = (): boolean => socket.connected;

/** Resolves with null if the connection breaks before the answer. */
export const ask = <Name extends CommandName>(
  command: Name,
  data: CommandInput<Name>,
): Promise<Answer<Name> | null> => socket.emitWithAck(command, data).catch(() => null);

/**
 * Calls `onAnswer` in the order of the server's messages, so that a later message is never handled
 * before the answer: a promise would resolve after a message that came in the same packet. Does nothing if
 * the connection breaks.
 */
export const askInOrder = <Name extends CommandName>(
  command: Name,
  data: CommandInput<Name>,
  onAnswer: (answer: Answer<Name>) => void,
): void => {
  socket.emit(command, data, onAnswer);
};

export function listen<Name extends PushName>(event: Name, onMessage: (message: Push<Name>) => void): void {
  socket.on<string>(event, onMessage);
}

/** Calls `onConnect` after each connect, and at once if the page is connected already. */
export function listenToConnects(onConnect: () => void): void {
  socket.on("connect", onConnect);
  if (socket.connected) onConnect();
}

/** Marks what the page shows as stale from now on. */
export function markLost(): void {
  const before = connection.peek();
  if (before.status === "lost") return;
  const since = cutOffSince.peek() ?? serverTime();
  connection.value = { status: "lost", since: before.status === "live" ? since : null };
}

listenToConnects(() => {
  if (connection.peek().status === "token") connection.value = { status: "connecting" };
  // a server that is cut off sends Stale after its welcome
  cutOffSince.value = null;
});
listen("Stale", ({ data }) => {
  cutOffSince.value = Date.parse(data.since);
});
listen("Fresh", () => {
  cutOffSince.value = null;
});
listen("DataChanged", () => {
  changed.value += 1;
});
listen("CallErased", ({ data }) => {
  erased.value = data.aggregate_id;
});
socket.on("disconnect", (reason) => {
  markLost();
  // a server that shuts down closes its sockets: the only case in which socket.io does not reconnect automatically
  if (reason === "io server disconnect") setTimeout(() => socket.connect(), 500 + Math.random() * 1_000);
});
socket.on("connect_error", (error: Error & { data?: { status?: number } }) => {
  if (error.data?.status !== 401) return markLost();
  connection.value = { status: "token", wrong: sessionStorage.getItem(TOKEN) !== null };
});
// the browser knows at once that it is offline; a missing heartbeat shows it only after 20 s
addEventListener("offline", () => socket.io.engine?.close());
