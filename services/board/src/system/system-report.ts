import { isRunning } from "@teravoz/domain/gateway";
import type { Instance, Lag, PartitionLag, Refusals, SystemReport } from "@teravoz/protocol/client";
import type { Urgency } from "../reports/urgency.ts";

type Trouble =
  | { kind: "deaf" }
  | { kind: "missing"; service: string }
  | { kind: "foreign" | "unready" | "silent" | "tolerated"; instance: Instance }
  | { kind: "spool"; instance: Instance; records: number; oldestMs: number }
  | { kind: "lag"; records: number; waitedMs: number }
  | { kind: "lagUnknown"; reason: string }
  | { kind: "unavailable"; count: number };
export type GradedTrouble = Trouble & { level: Exclude<Urgency, "calm"> };

/** A few batches in progress are normal; after a minute the board is not live anymore. */
const LAG_NEAR_MS = 10_000;
const LAG_OVER_MS = 60_000;
/** The limit of the alert on the spool's age. */
const SPOOL_OVER_MS = 300_000;
const MINUTE_MS = 60_000;
/**
 * A 503 of the webhook means that an event was not taken, usually because no broker is available. It is reported for
 * this time.
 */
const RECENT_MINUTES = 5;

/** Finds the troubles of the gateway, the worst first; an empty list means that all is well. */
export function findTroubles(report: SystemReport): GradedTrouble[] {
  const all = [
    ...(report.hears ? [] : [{ kind: "deaf", level: "near" } as const]),
    ...report.missing.map((service) => ({ kind: "missing", level: "over", service }) as const),
    ...troublesOfInstances(report),
    ...report.instances.flatMap(troubleOfSpool),
    ...troubleOfLag(report),
    ...troubleOfRefusals(report),
  ];
  return [...all.filter(({ level }) => level === "over"), ...all.filter(({ level }) => level === "near")];
}

function troublesOfInstances({ hears, instances }: SystemReport): GradedTrouble[] {
  return instances.flatMap((instance): GradedTrouble[] => {
    if (instance.foreign) return isRunning(instance) ? [{ kind: "foreign", level: "over", instance }] : [];
    if (instance.standing === "unready") return [{ kind: "unready", level: "over", instance }];
    // a server that receives no statuses does not know which instances are silent
    if (instance.standing === "silent") return hears ? [{ kind: "silent", level: "over", instance }] : [];
    return instance.failing.length > 0 ? [{ kind: "tolerated", level: "near", instance }] : [];
  });
}

function troubleOfSpool(instance: Instance): GradedTrouble[] {
  const { spool_records: records = 0, spool_oldest_ms: oldestMs = 0 } = instance.figures;
  if (records === 0 || instance.standing === "stopped") return [];
  return [{ kind: "spool", level: oldestMs > SPOOL_OVER_MS ? "over" : "near", instance, records, oldestMs }];
}

function troubleOfLag({ lag, lag_unknown }: SystemReport): GradedTrouble[] {
  if (!lag) return [{ kind: "lagUnknown", level: "over", reason: lag_unknown ?? "" }];
  if (lag.waited_ms < LAG_NEAR_MS) return [];
  const level = lag.waited_ms < LAG_OVER_MS ? "near" : "over";
  return [{ kind: "lag", level, records: lag.records, waitedMs: lag.waited_ms }];
}

function troubleOfRefusals({ refusals, now }: SystemReport): GradedTrouble[] {
  const since = Date.parse(now) - RECENT_MINUTES * MINUTE_MS;
  const count = refusals
    .filter(({ status, minute }) => status === 503 && Date.parse(minute) >= since)
    .reduce((sum, each) => sum + each.count, 0);
  return count > 0 ? [{ kind: "unavailable", level: "over", count }] : [];
}

export type StatusTotal = { status: number; count: number; last: string };

/** The refusals of the whole window by status, with the last minute of each. */
export function totalsOf(refusals: readonly Refusals[]): StatusTotal[] {
  const totals = new Map<number, StatusTotal>();
  for (const { minute, status, count } of refusals) {
    const known = totals.get(status);
    const last = known && known.last > minute ? known.last : minute;
    totals.set(status, { status, count: count + (known?.count ?? 0), last });
  }
  return [...totals.values()].sort((one, other) => one.status - other.status);
}

export type TopicLag = { topic: string; records: number; waited_ms: number; worst: PartitionLag };

/** The lag of each topic, with its partition that is furthest behind. */
export function lagByTopic({ partitions }: Lag): TopicLag[] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, all]) => ({
    topic,
    records: all.reduce((sum, { records }) => sum + records, 0),
    waited_ms: Math.max(...all.map(({ waited_ms }) => waited_ms)),
    worst: all.reduce((worst, each) => (each.records > worst.records ? each : worst)),
  }));
}

export const HOUR_MINUTES = 60;

/** The events of each of the last sixty minutes; the last one is the current minute. */
export function perMinute(rates: NonNullable<SystemReport["rates"]>, now: number): number[] {
  const counts = new Map(
    rates.map(({ minute, events }) => [Math.floor(Date.parse(minute) / MINUTE_MS), events]),
  );
  const last = Math.floor(now / MINUTE_MS);
  return Array.from({ length: HOUR_MINUTES }, (_, n) => counts.get(last - HOUR_MINUTES + 1 + n) ?? 0);
}
