import { Unavailable } from "@teravoz/domain";
import type { Clock } from "../commands/throttle.ts";

export type ReadingOptions<T> = {
  read(): Promise<T>;
  /** The time for which a result is shared by all requests, in ms. */
  freshMs: number;
  /** The longest wait of a request, in ms. The read itself continues. */
  limitMs: number;
  clock: Clock;
};

type Latest<T> = { value: Promise<T>; beganAt: number; over: boolean };

/**
 * Creates a shared read: one runs at a time, and at most one per `freshMs`. Throws Unavailable if no result arrives in
 * time, and every error of the read.
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

/** Resolves with the value. Throws Unavailable after the limit; a later outcome is ignored. */
export async function within<T>(value: Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(limitMs, () => reject(new Unavailable(`no result within ${limitMs} ms`)));
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    cancel();
  }
}
