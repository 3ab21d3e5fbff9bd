type Flight<T> = { running: Promise<T>; next: Promise<T> | null };

/** Answers with a run of `query` that began after the call. */
export type SingleFlight<T> = (key: string, query: () => Promise<T>) => Promise<T>;

/**
 * Equal questions share one query, and no question is ever answered by a query that began before it was asked: while one
 * runs, all that come wait for one more. So a storm of equal questions costs two queries. Nothing is kept after
 * the answer; a failure is shared as an answer is.
 */
export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();
  return (key, query) => {
    const flight = flights.get(key);
    if (!flight) return begin(flights, key, query);
    flight.next ??= over(flight.running).then(() => begin(flights, key, query));
    return flight.next;
  };
}

function begin<T>(flights: Map<string, Flight<T>>, key: string, query: () => Promise<T>): Promise<T> {
  const flight: Flight<T> = { running: query(), next: null };
  flights.set(key, flight);
  void over(flight.running).then(() => {
    if (flight.next === null) flights.delete(key);
  });
  return flight.running;
}

const over = (promise: Promise<unknown>): Promise<void> =>
  promise.then(
    () => {},
    () => {},
  );
