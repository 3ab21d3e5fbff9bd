import type { Evidence } from "./evidence.ts";
import { findOrderDependent, findStaleCalls } from "./model-rules.ts";
import { findUnnotified, findUnnotifiedClients } from "./notified-rules.ts";
import { findCommittedPast, findLifeless, findPoison, findStaleClients, findVanished } from "./run-rules.ts";
import {
  findDoubled,
  findErased,
  findInvented,
  findLogged,
  findMissing,
  findRefused,
} from "./store-rules.ts";
import type { Violation } from "./violation.ts";

const RULES: ((evidence: Evidence) => Violation[])[] = [
  findMissing,
  findDoubled,
  findInvented,
  findRefused,
  findStaleCalls,
  findCommittedPast,
  findPoison,
  findOrderDependent,
  findStaleClients,
  findUnnotifiedClients,
  findUnnotified,
  findVanished,
  findErased,
  findLogged,
  findLifeless,
];

/**
 * Returns every broken promise with its evidence. Pure. I6 compares two runs: see findReplayedOtherwise. I12 is about
 * delegation, which no service of ours does.
 */
export const check = (evidence: Evidence): Violation[] => RULES.flatMap((find) => find(evidence));

export type Counts = { missing: number; doubled: number; stale: number; other: number };

const COUNTED: Partial<Record<Violation["damage"], keyof Counts>> = {
  missing: "missing",
  vanished: "missing",
  doubled: "doubled",
  "id given twice": "doubled",
  "stale call": "stale",
  "stale client": "stale",
  "lost notice": "stale",
};

export function countViolations(violations: readonly Violation[]): Counts {
  const counts = { missing: 0, doubled: 0, stale: 0, other: 0 };
  for (const { damage } of violations) counts[COUNTED[damage] ?? "other"]++;
  return counts;
}
