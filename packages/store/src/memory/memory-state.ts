import {
  type Change,
  type Erased,
  type LedgerKey,
  ledgerId,
  type Partition,
  type ReadOccurrence,
  type Receipt,
  type StoredEvent,
} from "@teravoz/domain";
import type { KeptCall } from "../apply/settle.ts";
import { createMemoryPositions, type MemoryPositions } from "./memory-positions.ts";

type Fence = { fold: number; refolded: number; untold: Change[] };
type Fences = Map<string, Fence>;

/** The fence of a partition. It is created if there is none. */
export function fenceOf({ fences }: Pick<State, "fences">, { topic, partition }: Partition): Fence {
  const place = `${topic}:${partition}`;
  const fence = fences.get(place) ?? { fold: 0, refolded: 0, untold: [] };
  fences.set(place, fence);
  return fence;
}

/** A request for an erasure, and its progress. */
export type LedgerEntry = Omit<Receipt, "requested_at"> & {
  kind: LedgerKey["kind"];
  /** Null if an erasure came without a request. */
  requested_at: Date | null;
  /** The ids of the persons for whom it was requested. */
  asked_for: Set<string>;
  /** The id of its call or agent. For a single event it is the id of the agent, otherwise its own id. */
  of: string;
};

export type State = {
  fences: Fences;
  positions: MemoryPositions;
  events: Map<string, StoredEvent>;
  calls: Map<string, KeptCall>;
  erased: Map<string, Erased>;
  /** The ledger by `ledgerId`. */
  ledger: Map<string, LedgerEntry>;
  /** The number of erased persons. */
  epoch: number;
  /** The number of erasures. */
  erasures: number;
  lastId: number;
  readOccurrence: ReadOccurrence;
};

export const createMemoryState = (readOccurrence: ReadOccurrence): State => ({
  fences: new Map(),
  positions: createMemoryPositions(),
  events: new Map(),
  calls: new Map(),
  erased: new Map(),
  ledger: new Map(),
  epoch: 0,
  erasures: 0,
  lastId: 0,
  readOccurrence,
});

export const eventsOf = (state: State, call_id: string): StoredEvent[] =>
  [...state.events.values()]
    .filter(({ kind, aggregate_id }) => kind === "call" && aggregate_id === call_id)
    .map((event) => ({ ...event }));

/** See CallStore.findErased. */
export function findErased({ erased }: State, keys: readonly LedgerKey[]): Erased[] {
  const found = new Set(keys.flatMap((each) => erased.get(ledgerId(each)) ?? []));
  return [...found].map(({ kind, key, erased_at, possible_until }) => ({
    kind,
    key,
    erased_at,
    ...(possible_until && { possible_until }),
  }));
}
