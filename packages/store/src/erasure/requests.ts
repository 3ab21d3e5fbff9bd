import {
  type Asked,
  type ErasureAdmin,
  type ErasureSubject,
  type KeptOut,
  type LedgerKey,
  type Person,
  type PersonReceipt,
  type Receipt,
  withoutArea,
} from "@teravoz/domain";
import type { AnyBulkWriteOperation, Collection } from "mongodb";
import { raiseEpochs } from "../apply/positions.ts";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { LedgerDocument } from "../mongo/documents.ts";
import { LEDGER_MS, underOf } from "./ledger.ts";
import type { LedgerNames } from "./names.ts";

type Ledger = {
  erased: Collection<LedgerDocument>;
  positions: Collections["positions"];
  names: LedgerNames;
  now: () => number;
};

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/** Reads and writes the ledger. Raises the epochs, which fence writers that read the ledger before. `now` in ms. */
export const createErasureRequests = (ledger: Ledger): ErasureAdmin => ({
  request: (asked, person) => request(ledger, asked, person),
  keepOut: (person, how) => keepOut(ledger, person, how),
  requestFor: (person, log_clean_by) => requestFor(ledger, person, log_clean_by),
  receipt: (subject) => findReceipt(ledger, subject),
  personReceipt: (person) => findPersonReceipt(ledger, person),
});

/**
 * See ErasureSearch.mark. The last number is read first, so that a writer that takes a higher one begins after the
 * mark.
 */
export async function mark({ sequences, positions }: Collections): Promise<number> {
  const sequence = await sequences.findOne({ _id: "events" }, LIMIT);
  await raiseEpochs({ positions });
  return sequence?.last ?? 0;
}

type Write = AnyBulkWriteOperation<LedgerDocument>;
type Fields = Partial<LedgerDocument>;

/**
 * Enters a request. `erased_at` stays, so that events of an erased subject are not stored while its next erasure is
 * pending.
 */
async function request(ledger: Ledger, asked: readonly Asked[], person?: Person): Promise<Receipt> {
  const receipt = { requested_at: new Date(ledger.now()), clean_at: null, log_clean_by: null };
  const persons = person && namesOf(ledger, person);
  const writes = asked.flatMap((each): Write[] => {
    const agents = each.kind === "event" ? ledger.names("agent", each.of) : undefined;
    return namesOf(ledger, each).map((_id, index) => {
      const fields = { ...receipt, ...(agents && { of: agents[index]! }) };
      return entry(ledger, { _id, kind: each.kind, fields, asked_for: persons?.[index] });
    });
  });
  if (writes.length > 0) await ledger.erased.bulkWrite(writes, { ordered: false, ...LIMIT });
  return receipt;
}

type Entry = { _id: string; kind: string; fields: Fields; asked_for?: string | undefined };

const entry = ({ now, names }: Ledger, { _id, kind, fields, asked_for }: Entry): Write => ({
  updateOne: {
    filter: { _id },
    update: {
      $set: { ...fields, under: underOf(names) },
      $max: { expires_at: new Date(now() + LEDGER_MS) },
      $setOnInsert: { kind, erased_at: null },
      ...(asked_for && { $addToSet: { asked_for } }),
    },
    upsert: true,
  },
});

async function requestFor(ledger: Ledger, person: Person, log_clean_by: Date): Promise<Receipt> {
  const receipt = { requested_at: new Date(ledger.now()), clean_at: null, log_clean_by };
  const writes = namesOf(ledger, person).map((_id) =>
    entry(ledger, { _id, kind: person.kind, fields: receipt }),
  );
  await ledger.erased.bulkWrite(writes, { ordered: false, ...LIMIT });
  return receipt;
}

/**
 * Enters a person, so that the person's events are no longer stored. If possible findings count too, the number without
 * its area code is also entered.
 */
async function keepOut(ledger: Ledger, person: Person, { erased_at, possible }: KeptOut): Promise<void> {
  const until = possible ? { possible_until: erased_at } : {};
  const near = { ...person, key: withoutArea(person.key) };
  const writes = [
    ...kept(ledger, person, { erased_at, ...until }),
    ...(possible && near.key !== person.key ? kept(ledger, near, { erased_at: NEVER, ...until }) : []),
  ];
  await ledger.erased.bulkWrite(writes, { ordered: false, ...LIMIT });
  await raiseEpochs(ledger);
}

const NEVER = new Date(0);

const kept = (ledger: Ledger, person: Person, times: Pick<Fields, "erased_at" | "possible_until">): Write[] =>
  namesOf(ledger, person).map((_id) => ({
    updateOne: {
      filter: { _id },
      update: {
        $max: { ...times, expires_at: new Date(ledger.now() + LEDGER_MS) } as Fields,
        $setOnInsert: { kind: person.kind, requested_at: null, clean_at: null, log_clean_by: null },
        $set: { person: true, under: underOf(ledger.names) },
      },
      upsert: true,
    },
  }));

const namesOf = ({ names }: Pick<Ledger, "names">, { kind, key }: LedgerKey): string[] => names(kind, key);

/**
 * Finds the last requested of the entries under several keys. If several were requested at that time, it takes a clean
 * one, which more instances have seen.
 */
async function findEntry({ erased, names }: Ledger, key: LedgerKey): Promise<LedgerDocument | null> {
  const filter = { _id: { $in: namesOf({ names }, key) }, requested_at: { $ne: null } };
  return erased.findOne(filter, { sort: { requested_at: -1, clean_at: -1 }, ...LIMIT });
}

async function findReceipt(ledger: Ledger, subject: ErasureSubject): Promise<Receipt | null> {
  const found = await findEntry(ledger, subject);
  return found && receiptOf(found);
}

const receiptOf = ({ requested_at, clean_at, log_clean_by }: LedgerDocument): Receipt => ({
  requested_at: requested_at!,
  clean_at,
  log_clean_by,
});

async function findPersonReceipt(ledger: Ledger, person: Person): Promise<PersonReceipt | null> {
  const found = await findEntry(ledger, person);
  if (!found) return null;
  const {
    calls = 0,
    agents = 0,
    clean = 0,
    clean_at = null,
    log_clean_by = null,
  } = (await sumUp(ledger, person)) ?? {};
  const isClean = clean === calls + agents;
  const requested_at = found.requested_at!;
  const done = {
    clean_at: latest(requested_at, clean_at),
    log_clean_by: latest(found.log_clean_by!, log_clean_by),
  };
  const stand = isClean ? done : { clean_at: null, log_clean_by: null };
  return { requested_at, ...stand, calls, agents, clean };
}

type Sum = Pick<PersonReceipt, "calls" | "agents" | "clean" | "clean_at" | "log_clean_by">;

/**
 * Sums up the requests for a person under each key. The sums differ only if instances list different keys: in that case
 * the largest sum counts.
 */
async function sumUp({ erased, names }: Ledger, person: Person): Promise<Sum | undefined> {
  const asked_for = { $in: namesOf({ names }, person) };
  const stages = [
    { $match: { asked_for } },
    { $unwind: "$asked_for" },
    { $match: { asked_for } },
    { $group: { _id: { under: "$asked_for", of: { $ifNull: ["$of", "$_id"] } }, ...OF_ONE } },
    { $group: { _id: "$_id.under", ...SUM } },
    { $addFields: { all: { $add: ["$calls", "$agents"] } } },
    { $sort: { all: -1, clean: -1 } },
    { $limit: 1 },
  ];
  const [sum] = await erased.aggregate<Sum>(stages, LIMIT).toArray();
  return sum;
}

/** The groups of the sum: a call, or an agent with all its entries. */
const OF_ONE = {
  kind: { $first: "$kind" },
  clean: { $min: { $cond: [{ $ne: ["$clean_at", null] }, 1, 0] } },
  clean_at: { $max: "$clean_at" },
  log_clean_by: { $max: "$log_clean_by" },
};

const countWhere = (condition: unknown) => ({ $sum: { $cond: [condition, 1, 0] } });
const SUM = {
  calls: countWhere({ $eq: ["$kind", "call"] }),
  agents: countWhere({ $ne: ["$kind", "call"] }),
  clean: { $sum: "$clean" },
  clean_at: { $max: "$clean_at" },
  log_clean_by: { $max: "$log_clean_by" },
};

const latest = (one: Date, other: Date | null): Date => (other !== null && other > one ? other : one);
