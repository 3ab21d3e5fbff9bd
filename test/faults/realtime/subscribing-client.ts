import { io } from "socket.io-client";
import type { Envelope } from "../../support/traffic/socket-clients.ts";

/** A socket.io client with its built-in reconnection that keeps a view by Subscribe and deltas. */
export type SubscribingClient = {
  /** Returns call_id and version of each call in its view, sorted. */
  shown(): string[];
  readonly connected: boolean;
  /** The time of each delta from the call's new version (a time of this machine's clock), in ms. */
  readonly delays: number[];
  close(): void;
};

type Shown = { aggregate_id: string; version: number; state: string };

/**
 * Creates a client that subscribes when it connects, and when it is notified of a change after its subscription failed.
 */
export function createSubscribingClient({ url, state }: { url: string; state: string }): SubscribingClient {
  let held = new Map<string, Shown>();
  let subscribed = false;
  const delays: number[] = [];
  // as fast as the plain clients: half a second to two, with jitter
  const pauses = { reconnectionDelay: 1_000, reconnectionDelayMax: 2_000, randomizationFactor: 0.5 };
  const socket = io(url, { transports: ["websocket"], forceNew: true, ...pauses });
  const subscribe = () => {
    subscribed = false;
    socket.emit("Subscribe", { params: { state } }, ({ data, status }: Envelope) => {
      subscribed = status === "Ok";
      if (subscribed) held = new Map(data.map((call: Shown) => [call.aggregate_id, call]));
    });
  };
  socket.on("connect", subscribe);
  socket.on("DataChanged", () => subscribed || subscribe());
  socket.on("CallErased", ({ data }: Envelope) => void held.delete(data.aggregate_id));
  socket.on("CallChanged", ({ data }: Envelope) => {
    delays.push(Date.now() - data.version);
    if (data.version < (held.get(data.aggregate_id)?.version ?? 0)) return;
    held.set(data.aggregate_id, data);
  });
  return {
    delays,
    shown: () =>
      [...held.values()]
        .filter((call) => call.state === state)
        .map(describeVersion)
        .sort(),
    get connected() {
      return socket.connected;
    },
    close: () => void socket.close(),
  };
}

export const describeVersion = ({ aggregate_id, version }: Pick<Shown, "aggregate_id" | "version">) =>
  `${aggregate_id} ${version}`;
