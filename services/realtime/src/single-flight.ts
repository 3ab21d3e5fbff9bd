import type { Clock } from "./throttle.ts";

type Flight<T> = {
  running: Promise<T>;
  beganAt: number;
  /** How many it answers, and how many the next one will. */
  askers: number;
  waiting: number;
  next: Promise<T> | null;
};
type Flights<T> = { flights: Map<string, Flight<T>>; clock: Clock };

/** Answers with a run of `query` that began after the call. */
export type SingleFlight<T> = (key: string, query: () => Promise<T>) => Promise<T>;

/**
 * From one query to the next of a question that several ask: four lists a second are as live as an eye can follow, and 5,000
 * clients that come back within 5 s cost the database twenty queries. Who asks alone never waits.
 */
export const PACE_MS = 250;

/**
 * Equal questions share one query, and no question is ever answered by a query that began before it was asked: while one
 * runs, all that come wait for one more, which begins at its pace. So a storm of equal questions costs two queries.
 * Nothing is kept after the answer; a failure is shared as an answer is.
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

/** A question that several asked is kept in mind for its pace: the storm may not be over. */
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
