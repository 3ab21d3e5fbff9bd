import { once } from "node:events";
import { connect } from "node:net";
import WebSocket from "ws";
import { openPolling } from "../polling.ts";
import { ask, requestBytes } from "./raw-http.ts";
import type { Transport } from "./socket-clients.ts";

/** The path of socket.io by WebSocket. */
export const BY_WEBSOCKET = "/socket.io/?EIO=4&transport=websocket";

/**
 * Opens a client that subscribes to all calls and then reads nothing. The part of the answer that exceeds the
 * system's own buffers stays with the server. Returns a function that ends the client.
 */
export function openStalled(transport: Transport, url: string): Promise<() => void> {
  if (transport === "websocket") return stallWebSocket(url, "/", '{"event":"Subscribe"}');
  if (transport === "socket.io by polling") return stallPolling(Number(new URL(url).port));
  return stallWebSocket(url, BY_WEBSOCKET, '42["Subscribe"]');
}

async function stallWebSocket(url: string, path: string, subscribe: string): Promise<() => void> {
  const webSocket = new WebSocket(`${url.replace("http", "ws")}${path}`);
  webSocket.on("error", () => {});
  const welcomed = new Promise<void>((resolve) => {
    webSocket.on("message", (data) => data.toString().includes("Welcome") && resolve());
  });
  await once(webSocket, "open");
  if (path === BY_WEBSOCKET) webSocket.send("40");
  await welcomed;
  webSocket.pause();
  webSocket.send(subscribe);
  return () => webSocket.terminate();
}

async function stallPolling(port: number): Promise<() => void> {
  const session = await openPolling(port);
  const post = (body: string) => ask(port, { path: session, body });
  await post("40");
  for (let seen = ""; !seen.includes("Welcome"); )
    seen += (await ask(port, { method: "GET", path: session })).body;
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(requestBytes({ method: "GET", path: session }));
  await post('42["Subscribe"]');
  return () => socket.destroy();
}
