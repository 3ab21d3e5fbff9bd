import type { CallErasure, PersonErasure, PreviewResult, Wire } from "@teravoz/protocol";
import type { Kind } from "./options.ts";

/** The receipt of a call or of a person. */
export type SentReceipt = Wire<CallErasure & Partial<PersonErasure>>;

/** Formats a preview, one fact a line. It names no call, and no person except the requested one. */
export function formatPreview(result: Wire<PreviewResult>, withPossible: boolean): string {
  const { calls, all, share, events, dead_letters, is_ours, possible_total } = result;
  const confirm = withPossible ? result.confirm_possible : result.confirm;
  return [
    `${calls} of ${all} calls would be erased (${(share * 100).toFixed(2)} %), with ${events} events and ${dead_letters} dead letters`,
    ...(result.first_at === null ? [] : [`from ${result.first_at} to ${result.last_at}`]),
    ...(is_ours ? ["it is one of the account's own numbers (our_number)"] : []),
    ...(possible_total > 0
      ? [
          `${possible_total} more records only possibly belong to it: --possible erases them too, --json lists them`,
        ]
      : []),
    confirm === null ? "no --confirm is needed" : `needs --confirm ${confirm}`,
  ].join("\n");
}

const rollbackFilesOf = (members: number) =>
  `each of the ${members} members of MongoDB may keep rolled-back documents in files that an erasure cannot reach; ` +
  "on each member run: find <dbPath>/rollback -type f -name 'removed.*.bson' -print -delete";

/** Formats a receipt, one fact a line. */
export function formatReceipt(kind: Kind, receipt: SentReceipt): string {
  const { requested_at, clean_at, log_clean_by, calls, agents, clean, mongodb_members = 1 } = receipt;
  return [
    `requested at ${requested_at}`,
    ...(kind === "call" ? [] : [`${calls} calls and ${agents} agents, of which ${clean} are clean`]),
    clean_at === null ? "the database is not clean yet" : `the database was clean at ${clean_at}`,
    ...(log_clean_by === null ? [] : [`the log will be clean by ${log_clean_by}`]),
    ...(mongodb_members > 1 ? [rollbackFilesOf(mongodb_members)] : []),
  ].join("\n");
}
