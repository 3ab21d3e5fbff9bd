import type { FoldRules } from "@teravoz/domain";
import { openCollections } from "./collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "./connect.ts";
import { isDuplicateKey, orUnavailable } from "./outage.ts";

/** The settings that all calls of the database are folded by. One document. */
export type AccountDocument = FoldRules & { _id: typeof FOLD };
const FOLD = "fold";

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/** By which rules the calls of this database are folded. Each throws Unavailable while it is away. */
export type Account = {
  /** Null before the first claim. */
  find(): Promise<FoldRules | null>;
  /** Stores the rules if there are none yet; resolves with the stored ones. */
  claim(rules: FoldRules): Promise<FoldRules>;
  /** Replaces the stored rules. Every call must be folded again after that. */
  adopt(rules: FoldRules): Promise<void>;
};

export function createMongoAccount({ db }: Pick<MongoConnection, "db">): Account {
  const { account } = openCollections(db);
  const find = () => account.findOne({ _id: FOLD }, { projection: { _id: 0 }, ...LIMIT });
  const claim = async (rules: FoldRules) => {
    const entered = account.updateOne({ _id: FOLD }, { $setOnInsert: rules }, { upsert: true, ...LIMIT });
    // two first claims at once: one of them has stored its rules
    await entered.catch((error) => {
      if (!isDuplicateKey(error)) throw error;
    });
    return (await find())!;
  };
  const adopt = async (rules: FoldRules) =>
    void (await account.updateOne({ _id: FOLD }, { $set: rules }, { upsert: true, ...LIMIT }));
  return {
    find: () => orUnavailable(find),
    claim: (rules) => orUnavailable(() => claim(rules)),
    adopt: (rules) => orUnavailable(() => adopt(rules)),
  };
}
