import { type Batch, identitiesOf, type PositionStore, type StoredPosition } from "@teravoz/domain";

type Place = { topic: string; partition: number };
/** `replaced` counts how often the position was put back. `writer` is the writer that moved it, if the batch named one. */
type Kept = StoredPosition & { replaced: number; writer?: string | undefined };

/** The model of the positions on MongoDB. */
export type MemoryPositions = {
  store: PositionStore;
  read(place: Place): Kept;
  move(batch: Place & Pick<Batch, "next" | "identities" | "writer">): void;
};

const NOTHING: Kept = { next: null, identities: [], seenUntil: null, replaced: 0 };

export function createMemoryPositions(): MemoryPositions {
  const kept = new Map<string, Kept>();
  const idOf = ({ topic, partition }: Place) => `${topic}:${partition}`;
  const read = (place: Place) => kept.get(idOf(place)) ?? NOTHING;
  return {
    read,
    move({ next, identities = [], writer, ...place }) {
      const before = read(place);
      kept.set(idOf(place), {
        ...before,
        next,
        writer,
        identities: identitiesOf([...before.identities, ...identities]),
      });
    },
    store: {
      position: async (topic, partition) => read({ topic, partition }).next,
      storedPosition: async (topic, partition) => {
        const { next, identities, seenUntil } = read({ topic, partition });
        return structuredClone({ next, identities, seenUntil });
      },
      replacePosition: async (place, { expected, ...position }) => {
        const before = read(place);
        if (before.next !== expected) return false;
        kept.set(idOf(place), { ...structuredClone(position), replaced: before.replaced + 1 });
        return true;
      },
    },
  };
}

/** The result fields of `apply` and `file` if the position differs: see Applied. */
export const ownOf = (position: { writer?: string | undefined }, { writer }: Pick<Batch, "writer">) =>
  writer !== undefined && position.writer === writer ? { own: true as const } : {};
