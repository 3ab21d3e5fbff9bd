import type { FoldRules } from "@teravoz/domain";
import { openCollections } from "./collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "./connect.ts";
import { isDuplicateKey, orUnavailable } from "./outage.ts";

/** What all calls of the database are folded by. One document. */
export type AccountDocument = FoldRules & { _id: typeof FOLD };
const FOLD = "fold";

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/** By which rules the calls of this database are folded. Each throws Unavailable while it is away. */
export type Account = {
  /** Null before the first claim. */
  find(): Promise<FoldRules | null>;
  /** Enters the rules where there are none yet; resolves with those that hold. */
  claim(rules: FoldRules): Promise<FoldRules>;
  /** Puts these in the place of those that hold: every call is to be folded anew then. */
  adopt(rules: FoldRules): Promise<void>;
};

export function createMongoAccount({ db }: Pick<MongoConnection, "db">): Account {
  const { account } = openCollections(db);
  const find = () => account.findOne({ _id: FOLD }, { projection: { _id: 0 }, ...LIMIT });
  const claim = async (rules: FoldRules) => {
    const entered = account.updateOne({ _id: FOLD }, { $setOnInsert: rules }, { upsert: true, ...LIMIT });
    // two that enter the first at once: one of them did
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
