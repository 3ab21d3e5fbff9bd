import type { DeadLetter, DeadLetterText, Wire } from "@teravoz/protocol";
import {
  type AdminAnswer,
  type AdminResult,
  ask,
  CannotGoOn,
  type Door,
  faultsInWords,
} from "../admin-client.ts";

/** A dead letter as the admin API sends it. */
export type ListedDeadLetter = Wire<DeadLetter>;
export type ShownDeadLetter = Wire<DeadLetterText>;

export type AdminClient = {
  /** Reads all pages, at most `limit` dead letters. */
  list(filters: Record<string, string>, limit: number): Promise<ListedDeadLetter[]>;
  show(id: string): Promise<AdminResult<ShownDeadLetter>>;
  redrive(id: string, dryRun: boolean): Promise<AdminResult<ListedDeadLetter>>;
  drop(id: string): Promise<AdminResult<ListedDeadLetter>>;
};

const PAGE = 500;

/**
 * Creates a client of a projector's admin API. It throws CannotGoOn if the API does not answer, is closed, or answers
 * with an unknown status.
 */
export function createAdminClient(door: Door): AdminClient {
  const at = (id: string) => `dead-letters/${encodeURIComponent(id)}`;
  return {
    list: (filters, limit) => listAll(door, filters, limit),
    show: (id) => ask(door, "GET", at(id)),
    redrive: (id, dryRun) => ask(door, "POST", `${at(id)}/redrive${dryRun ? "?dry_run=true" : ""}`),
    drop: (id) => ask(door, "DELETE", at(id)),
  };
}

async function listAll(
  door: Door,
  filters: Record<string, string>,
  limit: number,
): Promise<ListedDeadLetter[]> {
  const deadLetters: ListedDeadLetter[] = [];
  for (let cursor: string | null = ""; cursor !== null && deadLetters.length < limit; ) {
    const page: Record<string, string> = {
      limit: String(Math.min(PAGE, limit - deadLetters.length)),
      ...(cursor ? { cursor } : {}),
    };
    const answer: AdminAnswer<ListedDeadLetter[]> = await ask(
      door,
      "GET",
      `dead-letters?${new URLSearchParams({ ...filters, ...page })}`,
    );
    if (!answer.ok) throw new CannotGoOn(faultsInWords(answer.errors));
    deadLetters.push(...answer.data);
    cursor = answer.next ?? null;
  }
  return deadLetters;
}
