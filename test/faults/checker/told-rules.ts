import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I9: every change that can be seen in a call was followed, on every socket, by a word of it or by the socket's end. */
export function findUntold({ clients, calls }: Pick<Evidence, "clients" | "calls">): Violation[] {
  return clients.flatMap(({ name, told }) => {
    const last = told.at(-1) ?? 0;
    return calls
      .filter(({ version }) => version > last)
      .map(({ _id }) => ({
        ...{ invariant: "I9", damage: "stale client", where: name },
        detail: `not told of ${_id}`,
      }));
  });
}

/** What is stored so shortly before a strike is told, or not, under it. */
const BEFORE_MS = 1_000;

/**
 * How long after each call's last change (its version, ms) each client heard of a change, in ms, of those that were stored while
 * nothing was struck.
 */
export function toldAfter({ clients, calls, struckAt }: Evidence): number[] {
  const isCalm = (at: number) => struckAt.every(({ from, to }) => at < from - BEFORE_MS || at > to);
  const changes = calls.map(({ version }) => version).filter(isCalm);
  return clients.flatMap(({ told }) =>
    changes.flatMap((at) => {
      const heard = told[firstFrom(told, at)];
      return heard === undefined ? [] : [heard - at];
    }),
  );
}

/** The index of the first of these ascending times that is not before `at`. */
function firstFrom(times: readonly number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
