import { sleep } from "@teravoz/runtime";

/**
 * Lets slow batches continue outside the loop of kafkajs ("aside"). kafkajs fetches from a broker again only when every
 * batch of the last fetch is handled, and it hands out only a few batches at once. A batch that waits inside its loop
 * would therefore block all other partitions.
 */
export type Aside = {
  /** Opens the turn of one batch. */
  open(): Turn;
  /** Resolves when all batches aside have ended. */
  ended(): Promise<unknown>;
};

export type Turn = {
  /** Runs one try. A batch aside first waits until a slot is free. */
  inTurn<T>(run: () => Promise<T>): Promise<T>;
  /**
   * Resolves to true once the work has ended. Resolves to false if the work continues aside: it waits between two
   * tries, or its try takes long and a slot is free for it.
   */
  hold(work: Promise<unknown>): Promise<boolean>;
};

/** The time that the loop of kafkajs waits for a try. It is far longer than a usual batch takes. */
const HOLD_MS = 1_000;
const STEP_MS = 100;

/**
 * `slots` is the number of tries aside that may run at once, because each of them needs memory. Batches aside that wait
 * take no slot.
 */
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
