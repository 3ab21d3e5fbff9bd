import type { ErasureDesk, Person, PersonReceipt, Receipt, Subject } from "@teravoz/domain";
import type { Collection } from "mongodb";
import { OPERATION_LIMIT_MS } from "../connect.ts";
import { LEDGER_MS, type LedgerDocument } from "./ledger.ts";
import type { LedgerNames } from "./names.ts";

type Desk = { erased: Collection<LedgerDocument>; names: LedgerNames; now: () => number };
type Entry = { kind: string; key: string };

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/** Reads and writes the ledger alone; `now` in ms. */
export const createDesk = (desk: Desk): ErasureDesk => ({
  request: (subjects, person) => request(desk, subjects, { asked_for: person && nameOf(desk, person) }),
  requestFor: (person, log_clean_by) => request(desk, [person], { log_clean_by }),
  receipt: (subject) => findReceipt(desk, subject),
  personReceipt: (person) => findPersonReceipt(desk, person),
});

/** `erased_at` stays: what was erased once is kept out also while the next erasure is on its way. */
async function request(
  desk: Desk,
  entries: readonly Entry[],
  { log_clean_by = null, asked_for }: { log_clean_by?: Date | null; asked_for?: string | undefined },
): Promise<Receipt> {
  const requested_at = new Date(desk.now());
  const receipt = { requested_at, clean_at: null, log_clean_by };
  const expires_at = new Date(requested_at.getTime() + LEDGER_MS);
  const writes = entries.map((entry) => ({
    updateOne: {
      filter: { _id: nameOf(desk, entry) },
      update: {
        $set: receipt,
        $max: { expires_at },
        $setOnInsert: { kind: entry.kind, erased_at: null },
        ...(asked_for && { $addToSet: { asked_for } }),
      },
      upsert: true,
    },
  }));
  if (writes.length > 0) await desk.erased.bulkWrite(writes, { ordered: false, ...LIMIT });
  return receipt;
}

const nameOf = ({ names }: Desk, { kind, key }: Entry): string => names(kind, key)[0]!;

/** Of entries under several keys the one that was asked for last. */
async function findEntry({ erased, names }: Desk, { kind, key }: Entry): Promise<LedgerDocument | null> {
  return erased.findOne({ _id: { $in: names(kind, key) } }, { sort: { requested_at: -1 }, ...LIMIT });
}

async function findReceipt(desk: Desk, subject: Subject): Promise<Receipt | null> {
  const entry = await findEntry(desk, subject);
  return entry && receiptOf(entry);
}

const receiptOf = ({ requested_at, clean_at, log_clean_by }: LedgerDocument): Receipt => ({
  requested_at,
  clean_at,
  log_clean_by,
});

async function findPersonReceipt(desk: Desk, person: Person): Promise<PersonReceipt | null> {
  const entry = await findEntry(desk, person);
  if (!entry) return null;
  const { erased, names } = desk;
  const asked = { asked_for: { $in: names(person.kind, person.key) } };
  const [sum] = await erased
    .aggregate<Sum>([{ $match: asked }, { $group: { _id: null, ...SUM } }], LIMIT)
    .toArray();
  const { calls = 0, agents = 0, clean = 0, clean_at = null, log_clean_by = null } = sum ?? {};
  const isClean = clean === calls + agents;
  const done = {
    clean_at: latest(entry.requested_at, clean_at),
    log_clean_by: latest(entry.log_clean_by!, log_clean_by),
  };
  const stand = isClean ? done : { clean_at: null, log_clean_by: null };
  return { requested_at: entry.requested_at, ...stand, calls, agents, clean };
}

type Sum = Pick<PersonReceipt, "calls" | "agents" | "clean" | "clean_at" | "log_clean_by">;

const countWhere = (condition: unknown) => ({ $sum: { $cond: [condition, 1, 0] } });
const SUM = {
  calls: countWhere({ $eq: ["$kind", "call"] }),
  agents: countWhere({ $eq: ["$kind", "agent"] }),
  clean: countWhere({ $ne: ["$clean_at", null] }),
  clean_at: { $max: "$clean_at" },
  log_clean_by: { $max: "$log_clean_by" },
};

const latest = (one: Date, other: Date | null): Date => (other !== null && other > one ? other : one);
