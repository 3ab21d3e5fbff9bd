import type { Measure, PersonShare } from "@teravoz/domain";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;
/** The number of keys in one command, far below the limit of a command. */
const PAGE = 10_000;

/** See ErasureSearch.findCall. */
export async function findCall({ calls, deadLetters }: Collections, key: string): Promise<PersonShare> {
  const [call, found] = await Promise.all([
    calls.findOne({ _id: key }, { projection: { _id: 1 }, ...LIMIT }),
    deadLetters.find({ key }, { projection: { source: 1 }, ...LIMIT }).toArray(),
  ]);
  return {
    calls: call ? [key] : [],
    events: [],
    deadLetters: found.map(({ _id, source }) => ({ id: _id, key, topic: source?.topic ?? null })),
  };
}

type Sum = { events: number; first: Date | null; last: Date | null };

/** See ErasureSearch.measure. A call holds the number of its events. */
export async function measure({ calls, events }: Collections, share: PersonShare): Promise<Measure> {
  const sums: Sum[] = [];
  for (const keys of pagesOf(share.calls)) {
    const group = {
      _id: null,
      events: { $sum: "$events" },
      first: { $min: "$created_at" },
      last: { $max: "$updated_at" },
    };
    const found = calls.aggregate<Sum>([{ $match: { _id: { $in: keys } } }, { $group: group }], LIMIT);
    sums.push(...(await found.toArray()));
  }
  for (const uuids of pagesOf(share.events.map(({ uuid }) => uuid))) {
    const group = {
      _id: null,
      events: { $sum: 1 },
      first: { $min: "$received_at" },
      last: { $max: "$received_at" },
    };
    const found = events.aggregate<Sum>([{ $match: { _id: { $in: uuids } } }, { $group: group }], LIMIT);
    sums.push(...(await found.toArray()));
  }
  const times = sums.flatMap(({ first, last }) => [first, last]).filter((time) => time !== null);
  const sorted = times.sort((one, other) => one.getTime() - other.getTime());
  return {
    events: sums.reduce((all, { events }) => all + events, 0),
    first_at: sorted[0] ?? null,
    last_at: sorted.at(-1) ?? null,
  };
}

function* pagesOf<T>(all: readonly T[]): Iterable<T[]> {
  for (let at = 0; at < all.length; at += PAGE) yield all.slice(at, at + PAGE);
}
