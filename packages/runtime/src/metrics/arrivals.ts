import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * The maximum number of turns of the event loop that one check reads. They are enough for the largest body, and stop a
 * sender that never ends.
 */
const MAX_TURNS = 20;

export type Arrivals = {
  /** Must be called with each request whose headers have arrived. */
  note(request: IncomingMessage): void;
  /**
   * Resolves to true if a request that timed out has arrived completely after all. Node's timers fire before it reads,
   * so after a suspension of the process they time out requests that wait in the system's buffers. One turn of the
   * event loop reads them, and further turns follow as long as each one brings bytes.
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

/** Resolves to true if the next turn of the event loop reads bytes from the connection. */
async function readsOn(socket: Socket): Promise<boolean> {
  const bytes = socket.bytesRead;
  await nextTurn();
  return socket.bytesRead > bytes;
}

/** Ends a connection whose idle timeout has expired, unless bytes have arrived that were not read yet. */
export async function endSilent(socket: Socket): Promise<void> {
  if (!(await readsOn(socket))) socket.destroy();
}
