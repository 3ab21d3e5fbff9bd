import { connection } from "./socket.ts";

/** The usual pause between two readings: people cannot follow more frequent updates. */
const PACE_MS = 1_000;

export type Paced = {
  /** Reads now, or once the pause after the last reading is over. A request is never lost. */
  trigger(): void;
  stop(): void;
};

/**
 * Reads at most once in `paceMs`. `read` resolves with true if it succeeded; a failed reading is repeated
 * while the connection is live. After a reconnect, trigger it again.
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
