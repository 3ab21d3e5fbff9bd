import { randomUUID } from "node:crypto";
import type { Account, FoldRules } from "@teravoz/domain";
import { openCollections } from "./collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "./connect.ts";
import { isDuplicateKey, orUnavailable } from "./outage.ts";

type InstallationDocument = { _id: typeof INSTALLATION; id: string };
const INSTALLATION = "installation";
const FOLD = "fold";

/** The zone in which releases without the setting read stamps. */
const EARLIER_ZONE = "UTC";

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

const unlessThere = (error: unknown) => {
  if (!isDuplicateKey(error)) throw error;
};

export function createMongoAccount({ db }: Pick<MongoConnection, "db">): Account {
  const { account } = openCollections(db);
  const find = async () => {
    const found = await account.findOne({ _id: FOLD }, { projection: { _id: 0 }, ...LIMIT });
    return found && { ...found, senderZone: found.senderZone ?? EARLIER_ZONE };
  };
  const claim = async (rules: FoldRules) => {
    const entered = account.updateOne({ _id: FOLD }, { $setOnInsert: rules }, { upsert: true, ...LIMIT });
    // if two instances claim first at the same time, one of them stores its rules
    await entered.catch(unlessThere);
    return (await find())!;
  };
  const adopt = async (rules: FoldRules) =>
    void (await account.updateOne(
      { _id: FOLD },
      { $set: { ...rules, adopting: true } },
      { upsert: true, ...LIMIT },
    ));
  const finishAdoption = async (rules: FoldRules) =>
    void (await account.updateOne({ _id: FOLD, ...rules }, { $unset: { adopting: 1 } }, LIMIT));
  const installations = db.collection<InstallationDocument>(account.collectionName);
  const findInstallation = async () =>
    (await installations.findOne({ _id: INSTALLATION }, LIMIT))?.id ?? null;
  const installation = async () => {
    const made = { $setOnInsert: { id: randomUUID() } };
    const entered = installations.updateOne({ _id: INSTALLATION }, made, { upsert: true, ...LIMIT });
    await entered.catch(unlessThere);
    return (await findInstallation())!;
  };
  return {
    installation: () => orUnavailable(installation),
    findInstallation: () => orUnavailable(findInstallation),
    find: () => orUnavailable(find),
    claim: (rules) => orUnavailable(() => claim(rules)),
    adopt: (rules) => orUnavailable(() => adopt(rules)),
    finishAdoption: (rules) => orUnavailable(() => finishAdoption(rules)),
  };
}
