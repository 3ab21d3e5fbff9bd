import { connection } from "./socket.ts";

/** As often as an eye follows, however much changes. */
const PACE_MS = 1_000;

export type Paced = {
  /** Reads now, or at its pace after the last reading; the last request is never swallowed. */
  trigger(): void;
  stop(): void;
};

/**
 * `read` answers whether it succeeded: where it did not it is called again, as long as the connection is there. Where that broke,
 * whoever sees it come back triggers anew.
 */
export function createPaced(read: () => Promise<boolean>, paceMs = PACE_MS): Paced {
  const state = { reading: false, due: false, stopped: false };
  const run = async () => {
    state.due = true;
    if (state.reading) return;
    state.reading = true;
    while (state.due && !state.stopped && connection.peek().status === "live") {
      state.due = false;
      const succeeded = await read();
      if (!succeeded) state.due = true;
      await new Promise((resolve) => setTimeout(resolve, succeeded ? paceMs : PACE_MS));
    }
    state.reading = false;
  };
  return {
    trigger: () => void run(),
    stop: () => {
      state.stopped = true;
    },
  };
}
