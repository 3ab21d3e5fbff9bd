import {
  type Batch,
  identitiesOf,
  type Partition,
  type PositionStore,
  type StoredPosition,
} from "@teravoz/domain";

/**
 * A position. `replaced` is the number of times that it was reset. `writer` is the writer that moved it, if the batch
 * named one.
 */
type Kept = StoredPosition & { replaced: number; writer?: string | undefined };

/** The model of the positions on MongoDB. */
export type MemoryPositions = {
  store: PositionStore;
  read(where: Partition): Kept;
  move(batch: Partition & Pick<Batch, "next" | "identities" | "writer">): void;
};

const NOTHING: Kept = { next: null, identities: [], seenUntil: null, replaced: 0 };

export function createMemoryPositions(): MemoryPositions {
  const kept = new Map<string, Kept>();
  const idOf = ({ topic, partition }: Partition) => `${topic}:${partition}`;
  const read = (where: Partition) => kept.get(idOf(where)) ?? NOTHING;
  return {
    read,
    move({ next, identities = [], writer, ...where }) {
      const before = read(where);
      kept.set(idOf(where), {
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
      replacePosition: async (where, { expected, ...position }) => {
        const before = read(where);
        if (before.next !== expected) return false;
        kept.set(idOf(where), { ...structuredClone(position), replaced: before.replaced + 1 });
        return true;
      },
    },
  };
}

/** The field `own` of the result of `apply` and `add` if the position differs: see Applied. */
export const ownOf = (position: { writer?: string | undefined }, { writer }: Pick<Batch, "writer">) =>
  writer !== undefined && position.writer === writer ? { own: true as const } : {};
