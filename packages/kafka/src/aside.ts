import { sleep } from "@teravoz/runtime";

/**
 * Room for batches that take long. kafkajs fetches from a broker again when every batch of the last fetch is handled, and
 * hands out a few batches at once: a batch that waits inside of it would hold up all other partitions.
 */
export type Aside = {
  /** For one batch. */
  open(): Turn;
  /** Resolves when every batch aside has ended. */
  ended(): Promise<unknown>;
};

export type Turn = {
  /** Runs one try; a batch aside may have to wait for a slot. */
  inTurn<T>(run: () => Promise<T>): Promise<T>;
  /**
   * True when the work has ended. False if it is better left to go on aside: it waits, or its try takes long and a slot is free for it.
   */
  hold(work: Promise<unknown>): Promise<boolean>;
};

/** Far above a usual batch. */
const HOLD_MS = 1_000;
const STEP_MS = 100;

/** `slots`: tries aside that may run at once, for each of them needs memory. Batches aside that wait are not counted. */
export function createAside(slots: number): Aside {
  const state = { free: slots };
  const works = new Set<Promise<unknown>>();
  const keep = (work: Promise<unknown>) => {
    works.add(work);
    const forget = () => void works.delete(work);
    work.then(forget, forget);
  };
  return {
    open: () => openTurn(state, keep),
    ended: () => Promise.allSettled(works),
  };
}

function openTurn(state: { free: number }, keep: (work: Promise<unknown>) => void): Turn {
  const turn = { isAside: false, isTrying: false, hasSlot: false };
  const takeSlot = () => {
    if (state.free === 0) return false;
    state.free -= 1;
    turn.hasSlot = true;
    return true;
  };
  const releaseSlot = () => {
    if (turn.hasSlot) state.free += 1;
    turn.hasSlot = false;
  };
  return {
    async inTurn(run) {
      while (turn.isAside && !takeSlot()) await sleep(STEP_MS);
      turn.isTrying = true;
      try {
        return await run();
      } finally {
        turn.isTrying = false;
        releaseSlot();
      }
    },
    async hold(work) {
      for (let heldMs = STEP_MS; ; heldMs += STEP_MS) {
        if (await endsWithin(work, STEP_MS)) return true;
        if (turn.isTrying && !(heldMs >= HOLD_MS && takeSlot())) continue;
        turn.isAside = true;
        keep(work);
        return false;
      }
    },
  };
}

function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const isEnded = () => true;
  return Promise.race([work.then(isEnded, isEnded), sleep(ms, { ref: false }).then(() => false)]);
}
