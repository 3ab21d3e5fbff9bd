import { io } from "socket.io-client";
import WebSocket from "ws";

export type Transport = "websocket" | "socket.io";
// biome-ignore lint/suspicious/noExplicitAny: data of every shape
export type Envelope = { event: string; status: string; data: any };
export type Socket = { send(event: string, data: unknown): void; close(): void };
type Handlers = { onMessage(message: Envelope): void; onClose(): void };

/** Connects, and hands over each message without keeping it. Calls `onClose` even if it never connected. */
export const openSocket = (transport: Transport, url: string, handlers: Handlers): Socket =>
  transport === "websocket" ? openPlain(url, handlers) : openSocketIo(url, handlers);

function openPlain(url: string, { onMessage, onClose }: Handlers): Socket {
  const socket = new WebSocket(`${url.replace("http", "ws")}/calls`);
  socket.on("message", (data) => onMessage(JSON.parse(data.toString())));
  socket.once("close", onClose);
  // the close event follows
  socket.on("error", () => {});
  return {
    send: (event, data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ event, data }));
    },
    close: () => socket.terminate(),
  };
}

function openSocketIo(url: string, { onMessage, onClose }: Handlers): Socket {
  const socket = io(url, { transports: ["websocket"], reconnection: false, forceNew: true });
  socket.onAny((_event: string, message: Envelope) => onMessage(message));
  socket.once("disconnect", onClose).once("connect_error", () => {
    socket.close();
    onClose();
  });
  return { send: (event, data) => void socket.emit(event, data), close: () => void socket.close() };
}
