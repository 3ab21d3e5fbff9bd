import type { Call } from "@teravoz/domain";
import type { Db } from "mongodb";

type CallDocument = Call & { _id: string };

/** Number of altered, deleted and invented calls. */
export type Damage = { altered: number; missing: number; invented: number };

/** Makes every third call wrong, in one of three ways in turn, without a notice. */
export async function plantDamage(db: Db, round = 0): Promise<Damage> {
  const calls = db.collection<CallDocument>("calls");
  const all = await calls.find().sort({ _id: 1 }).toArray();
  const struck = all.filter((_, n) => n % 3 === 0);
  const of = (kind: number) => struck.filter((_, n) => n % 3 === kind);
  const ids = (kind: number) => of(kind).map(({ _id }) => _id);
  await calls.updateMany({ _id: { $in: ids(0) } }, { $set: { queue: "wrong", state: "NEW", events: 99 } });
  await calls.deleteMany({ _id: { $in: ids(1) } });
  const invented = of(2).map((call, n) => {
    const key = `invented-${round}-${n}`;
    return { ...call, _id: key, aggregate_id: key, id: 1_000_000_000 + round * 10_000 + n };
  });
  await calls.insertMany(invented);
  return { altered: of(0).length, missing: of(1).length, invented: invented.length };
}
