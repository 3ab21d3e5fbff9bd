import { instanceStateOf, isGone, type Refused, type ServiceStatus } from "@teravoz/domain";
import type { Instance } from "@teravoz/protocol";

/**
 * A status with the broker's timestamp (ms since the epoch). Only the broker's clock decides which instance is silent.
 */
export type HeardStatus = { status: ServiceStatus; stamped: number };

export type Statuses = {
  heard(records: readonly HeardStatus[]): void;
  /** Returns the instances, sorted by service and name. */
  list(): Instance[];
  /** Returns the refusals of the listed instances in the last hour. */
  refused(): Refused[];
};

/**
 * The maximum number of instances kept. A gateway has a dozen; a thousand that restart at once under other names still
 * fit.
 */
const MAX_INSTANCES = 2_000;

type Kept = HeardStatus & { since: number };

export type StatusesOptions = {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** The time between two statuses of an instance, in ms. */
  everyMs: number;
};

/** Creates the collection of the latest status of each instance. An instance is dropped when it is gone. */
export function createStatuses({ now, everyMs }: StatusesOptions): Statuses {
  const kept = new Map<string, Kept>();
  const sweep = () => {
    for (const [key, { status, stamped }] of kept) if (isGone(status, now() - stamped)) kept.delete(key);
  };
  return {
    heard(records) {
      for (const record of records) take(kept, record);
      sweep();
    },
    list() {
      sweep();
      return [...kept.values()].map((each) => describe(each, now(), everyMs)).sort(byName);
    },
    refused() {
      sweep();
      return [...kept.values()].flatMap(({ status }) => status.refused);
    },
  };
}

/** Takes a status unless a newer one is known. After a rebalance, older ones are read again. */
function take(kept: Map<string, Kept>, { status, stamped }: HeardStatus): void {
  const key = `${status.service}/${status.instance}`;
  const known = kept.get(key);
  if (known && known.stamped >= stamped) return;
  const goes = known && isSameRun(known.status, status) && known.status.state === status.state;
  // the latest status goes to the end
  kept.delete(key);
  kept.set(key, { status, stamped, since: goes ? known.since : stamped });
  if (kept.size > MAX_INSTANCES) kept.delete(kept.keys().next().value!);
}

const isSameRun = (one: ServiceStatus, other: ServiceStatus): boolean =>
  one.started_at.getTime() === other.started_at.getTime();

function describe({ status, stamped, since }: Kept, now: number, everyMs: number): Instance {
  const { service, instance, started_at, version, installation, failing, figures } = status;
  const standing = instanceStateOf(status, now - stamped, everyMs);
  return {
    service,
    instance,
    started_at,
    version,
    installation,
    failing,
    figures,
    standing,
    since: new Date(standing === "silent" ? stamped : since),
    heard_at: new Date(stamped),
  };
}

const byName = (one: Instance, other: Instance): number =>
  one.service.localeCompare(other.service) ||
  one.instance.localeCompare(other.instance, "en", { numeric: true });
