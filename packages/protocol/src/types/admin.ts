import type { Extent } from "@teravoz/domain/erasure";
import type { Measure, PersonReceipt, Receipt } from "@teravoz/domain/ports";

/**
 * The number of data-bearing members of the database's replica set, if there are several: each may keep rolled-back
 * documents.
 */
export type Members = { mongodb_members?: number };

/** The receipt of an erasure: of a call, and of a person. */
export type CallErasure = Receipt & Members;
export type PersonErasure = PersonReceipt & Members;

/** The extent of an erasure that was not requested yet. */
export type PreviewResult = Pick<Extent, "calls" | "all"> &
  Measure & {
    dead_letters: number;
    /** The share of all calls, from 0 to 1. */
    share: number;
    /** True if the number is one of the account's own. */
    is_ours: boolean;
    /**
     * The value of `confirm` that the erasure needs, null if it needs none; and the value for an erasure with
     * `include=possible`.
     */
    confirm: number | null;
    confirm_possible: number | null;
    /** The first records that are only possibly about the person, and the number of all of them. */
    possible: { kind: "call" | "event" | "dead-letter"; key: string }[];
    possible_total: number;
  };

export type Preview =
  | { state: "running"; done: number; total: number }
  | { state: "done"; finished_at: Date; result: PreviewResult }
  | { state: "failed"; finished_at: Date; message: string };
