import type { Call } from "@teravoz/protocol/client";
import { changeSorted, compareBy, NEWEST_FIRST, type Order, sortCalls } from "./call-order.ts";

/** A list of calls that stays sorted while calls change and while more are read. `now` is the server's time. */
export type CallList = {
  rows(): readonly Call[];
  sort(order: Order, now: number): void;
  /** Begins a reading: changes from now on are newer than its result. */
  begin(): void;
  /** Replaces the list with the calls that were read. */
  replace(calls: readonly Call[], now: number): void;
  /** Adds the calls that were read to the list. */
  add(calls: readonly Call[], now: number): void;
  /** Ends the reading. */
  end(): void;
  change(changed: readonly Call[], erased: readonly string[], now: number): void;
  /** Removes the calls that `belongs` no longer accepts. */
  prune(): void;
};

/** With more changes than this at once, the whole list is sorted again. */
const MANY = 500;

/** Creates a list. `belongs` decides which calls are listed; call `prune` after its answers have changed. */
export function createCallList(belongs: (call: Call) => boolean): CallList {
  let held = new Map<string, Call>();
  let rows: readonly Call[] = [];
  let order = NEWEST_FIRST;
  /** The changes since the reading began; null = erased. */
  let changes: Map<string, Call | null> | null = null;

  /** The newest known version of a call that was read; null if it must not be listed. */
  const newest = (call: Call): Call | null => {
    const news = changes?.get(call.aggregate_id);
    if (news === null) return null;
    const latest = news && news.version >= call.version ? news : call;
    return belongs(latest) ? latest : null;
  };
  const versionOf = ({ aggregate_id }: Call) => held.get(aggregate_id)?.version ?? 0;
  const arrange = (now: number) => {
    rows = sortCalls(held.values(), order, now);
  };
  return {
    rows: () => rows,
    sort(wanted, now) {
      order = wanted;
      arrange(now);
    },
    begin() {
      changes = new Map();
    },
    replace(calls, now) {
      const news = [...(changes?.values() ?? [])].filter((call) => call !== null);
      const all = [...calls, ...news].map(newest).filter((call) => call !== null);
      held = new Map(all.map((call) => [call.aggregate_id, call]));
      arrange(now);
    },
    add(calls, now) {
      const unknown = calls.filter((call) => versionOf(call) < call.version);
      put(
        unknown.map(newest).filter((call) => call !== null),
        [],
        now,
      );
    },
    end() {
      changes = null;
    },
    change(changed, erased, now) {
      for (const call of changed) changes?.set(call.aggregate_id, call);
      for (const id of erased) changes?.set(id, null);
      put(
        changed.filter((call) => versionOf(call) <= call.version),
        erased,
        now,
      );
    },
    prune() {
      const gone = rows.filter((call) => !belongs(call));
      for (const { aggregate_id } of gone) held.delete(aggregate_id);
      if (gone.length > 0) rows = rows.filter(({ aggregate_id }) => held.has(aggregate_id));
    },
  };

  function put(fresh: readonly Call[], gone: readonly string[], now: number): void {
    const into = fresh.filter(belongs);
    const ids = [...fresh.map(({ aggregate_id }) => aggregate_id), ...gone];
    const out = ids.flatMap((id) => held.get(id) ?? []);
    for (const id of ids) held.delete(id);
    for (const call of into) held.set(call.aggregate_id, call);
    if (ids.length > MANY) arrange(now);
    else rows = changeSorted(rows, { out, into }, compareBy(order, now));
  }
}
