import { Unavailable } from "@teravoz/domain";
import type { Clock } from "../throttle.ts";

export type ReadingOptions<T> = {
  read(): Promise<T>;
  /** What was read is answered for so long, whoever asks. */
  freshMs: number;
  /** Nobody waits longer; the reading itself goes on. */
  limitMs: number;
  clock: Clock;
};

type Latest<T> = { value: Promise<T>; beganAt: number; over: boolean };

/**
 * A reading that is shared: one at a time, and at most one in `freshMs`. Throws Unavailable where it does not come in time,
 * and what the reading throws.
 */
export function createReading<T>({ read, freshMs, limitMs, clock }: ReadingOptions<T>): () => Promise<T> {
  let latest: Latest<T> | null = null;
  const begin = () => {
    const mine: Latest<T> = { value: read(), beganAt: clock.now(), over: false };
    const land = () => {
      mine.over = true;
    };
    mine.value.then(land, land);
    return mine;
  };
  return () => {
    const isFresh = latest && (!latest.over || clock.now() - latest.beganAt < freshMs);
    if (!latest || !isFresh) latest = begin();
    return within(latest.value, limitMs, clock);
  };
}

/** The outcome, or Unavailable past the limit; nobody hears what comes of it then. */
export async function within<T>(value: Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(limitMs, () => reject(new Unavailable(`nothing was read within ${limitMs} ms`)));
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    cancel();
  }
}
