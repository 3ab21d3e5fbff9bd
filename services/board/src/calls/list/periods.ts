import type { CallWindow } from "@teravoz/domain/search";
import { firstMomentOf, startOfDay } from "@teravoz/domain/time";

/** The named periods. */
export const PERIODS = ["today", "last30", "yesterday", "last7", "all"] as const;
export type PeriodName = (typeof PERIODS)[number];

/** A period that the user chose; `from` and `to` are wall-clock times of the account, `2026-11-25T10:00`. */
export type PeriodChoice = PeriodName | { from: string; to: string };

const LAST_MS = 30 * 60_000;

/** The window of a chosen period in the account's zone (IANA name). Days are calendar days of that zone. */
export function periodOf(choice: PeriodChoice, now: Date, zone: string): CallWindow {
  if (typeof choice === "object")
    return { since: momentOf(choice.from, zone), until: momentOf(choice.to, zone) };
  switch (choice) {
    case "today":
      return { since: startOfDay(now, zone) };
    case "last30":
      return { since: new Date(now.getTime() - LAST_MS) };
    case "yesterday":
      return { since: startOfDay(now, zone, 1), until: startOfDay(now, zone) };
    case "last7":
      return { since: startOfDay(now, zone, 6) };
    case "all":
      return {};
  }
}

const momentOf = (local: string, zone: string): Date => new Date(firstMomentOf(local, zone)!);

/** Returns whether both ends are times and the second is after the first. */
export function isPeriodChoice(from: string, to: string): boolean {
  const [since, until] = [firstMomentOf(from, "UTC"), firstMomentOf(to, "UTC")];
  return since !== null && until !== null && since < until;
}
