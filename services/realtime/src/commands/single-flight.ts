import type { Clock } from "./throttle.ts";

type Flight<T> = {
  running: Promise<T>;
  beganAt: number;
  /** The number of requests that this query answers, and the number that wait for the next one. */
  askers: number;
  waiting: number;
  next: Promise<T> | null;
};
type Flights<T> = { flights: Map<string, Flight<T>>; clock: Clock };

/** Answers a request with a run of `query` that began after the request. */
export type SingleFlight<T> = (key: string, query: () => Promise<T>) => Promise<T>;

/**
 * The shortest time between two runs of a query that several clients request. Four lists a second are as live as an eye
 * can follow, and 5,000 clients that reconnect within 5 s cost the database twenty queries. A single request never
 * waits.
 */
export const PACE_MS = 250;

/**
 * Lets equal requests share one query. No request is answered by a query that began before it: while one query runs,
 * all new requests wait for one more, which begins at least PACE_MS after the beginning of the first. A storm of equal
 * requests therefore costs two queries. Nothing is kept after the answer; a failure is shared like an answer.
 */
export function createSingleFlight<T>(clock: Clock): SingleFlight<T> {
  const state: Flights<T> = { flights: new Map(), clock };
  return (key, query) => {
    const flight = state.flights.get(key);
    if (!flight) return begin(state, key, query, 1);
    flight.waiting += 1;
    flight.next ??= over(flight.running)
      .then(() => atPace(state, flight))
      .then(() => begin(state, key, query, flight.waiting));
    return flight.next;
  };
}

function begin<T>(state: Flights<T>, key: string, query: () => Promise<T>, askers: number): Promise<T> {
  const flight: Flight<T> = {
    running: query(),
    beganAt: state.clock.now(),
    askers,
    waiting: 0,
    next: null,
  };
  state.flights.set(key, flight);
  void land(state, key, flight);
  return flight.running;
}

/**
 * Removes a finished query. If several requests shared it, it is kept until PACE_MS after its beginning, because the
 * storm may not be over.
 */
async function land<T>(state: Flights<T>, key: string, flight: Flight<T>): Promise<void> {
  await over(flight.running);
  if (flight.askers > 1) await atPace(state, flight);
  if (flight.next === null) state.flights.delete(key);
}

const over = (promise: Promise<unknown>): Promise<void> =>
  promise.then(
    () => {},
    () => {},
  );

function atPace<T>({ clock }: Flights<T>, { beganAt }: Flight<T>): Promise<void> | undefined {
  const waitMs = beganAt + PACE_MS - clock.now();
  if (waitMs <= 0) return undefined;
  return new Promise((resolve) => void clock.after(waitMs, resolve));
}
