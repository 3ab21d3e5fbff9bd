import type { Change, Erased, Partition, ReadOccurrence, StoredEvent } from "@teravoz/domain";
import type { KeptCall } from "../apply/settle.ts";
import type { MemoryPositions } from "./memory-positions.ts";

type Fence = { fold: number; refolded: number; untold: Change[] };
type Fences = Map<string, Fence>;

/** The fence of a partition; made where there is none. */
export function fenceOf({ fences }: Pick<State, "fences">, { topic, partition }: Partition): Fence {
  const place = `${topic}:${partition}`;
  const fence = fences.get(place) ?? { fold: 0, refolded: 0, untold: [] };
  fences.set(place, fence);
  return fence;
}

export type State = {
  fences: Fences;
  positions: MemoryPositions;
  events: Map<string, StoredEvent>;
  calls: Map<string, KeptCall>;
  erased: Map<string, Erased>;
  /** How many persons were erased. */
  epoch: number;
  /** How many erasures there were. */
  erasures: number;
  lastId: number;
  readOccurrence: ReadOccurrence;
};

export const eventsOf = (state: State, call_id: string): StoredEvent[] =>
  [...state.events.values()]
    .filter(({ kind, aggregate_id }) => kind === "call" && aggregate_id === call_id)
    .map((event) => ({ ...event }));
