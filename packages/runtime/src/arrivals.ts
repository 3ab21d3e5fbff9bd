import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

/** Enough for the largest body in the pieces in which it is read; a sender without end is not read on for ever. */
const MAX_TURNS = 20;

export type Arrivals = {
  /** To be called with each request whose headers are there. */
  note(request: IncomingMessage): void;
  /**
   * Whether the request that a connection was too slow to send is there after all. Node's timers fire before it reads, so after a stop
   * of the process they are late for requests that lie in the system's buffers: one turn of the loop reads them, and further ones as
   * long as each brings something.
   */
  isWhole(socket: Socket): Promise<boolean>;
};

export function createArrivals(): Arrivals {
  const latest = new WeakMap<Socket, IncomingMessage>();
  return {
    note: (request) => void latest.set(request.socket, request),
    async isWhole(socket) {
      const before = latest.get(socket);
      const wasWhole = before?.complete ?? false;
      for (let turn = 0; turn < MAX_TURNS; turn++) {
        if (!(await readsOn(socket))) return false;
        const now = latest.get(socket);
        if (now?.complete && !(now === before && wasWhole)) return true;
      }
      return false;
    },
  };
}

/** Whether the next turn of the loop reads something from the connection. */
async function readsOn(socket: Socket): Promise<boolean> {
  const bytes = socket.bytesRead;
  await nextTurn();
  return socket.bytesRead > bytes;
}

/** For connections that were silent for as long as they may be: ends one, unless something is there that was not read yet. */
export async function endSilent(socket: Socket): Promise<void> {
  if (!(await readsOn(socket))) socket.destroy();
}
