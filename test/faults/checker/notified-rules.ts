import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I9: after every visible change of a call, each client was notified or its socket closed. */
export function findUnnotifiedClients({ clients, calls }: Pick<Evidence, "clients" | "calls">): Violation[] {
  return clients.flatMap(({ name, notified }) => {
    const last = notified.at(-1) ?? 0;
    return calls
      .filter(({ version }) => version > last)
      .map(({ _id }) => ({
        invariant: "I9",
        damage: "stale client",
        where: name,
        detail: `not notified of ${_id}`,
      }));
  });
}

/**
 * I9: the log of notices names the last version of each call. The views of clients cannot prove it: a client that joins
 * again, or a comparison with the store, makes up for a lost notice.
 */
export function findUnnotified({ calls, notices }: Pick<Evidence, "calls" | "notices">): Violation[] {
  if (!notices) return [];
  return calls
    .filter(({ _id, version }) => version > (notices.get(_id) ?? 0))
    .map(({ _id }) => ({ invariant: "I9", damage: "lost notice", where: `call ${_id}`, detail: "" }));
}

/** A change that is stored less than this before a strike may be notified during the strike. */
const BEFORE_MS = 1_000;

/**
 * Returns the times from changes (their version, ms) to subscribers, in ms, of changes that were stored while nothing
 * was struck.
 */
export function notifiedAfter({ clients, struckAt }: Evidence): number[] {
  const isCalm = (at: number) => struckAt.every(({ from, to }) => at < from - BEFORE_MS || at > to);
  return clients
    .flatMap(({ heard }) => heard)
    .filter(({ version }) => isCalm(version))
    .map(({ version, at }) => at - version);
}
