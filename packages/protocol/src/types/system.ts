import type { Answers, InstanceState, PartitionLag, Refused, ServiceStatus } from "@teravoz/domain/gateway";

export type Lag = {
  /** Events that are acknowledged and not stored yet. */
  records: number;
  /** The oldest of them has waited for at least this long. */
  waited_ms: number;
  partitions: PartitionLag[];
};

/** One instance of a service. */
export type Instance = Pick<
  ServiceStatus,
  "service" | "instance" | "started_at" | "version" | "installation" | "failing" | "figures"
> & {
  standing: InstanceState;
  /** The beginning of this state. For a silent instance, the time of its last status. */
  since: Date;
  heard_at: Date;
};

/** The state of the gateway itself. */
export type SystemReport = {
  now: Date;
  /** False while this server receives no statuses. All other instances then appear silent. */
  hears: boolean;
  /** The id of the installation that this server's database belongs to; "" until it is known. */
  installation: string;
  /** `foreign`: the database of the instance belongs to another installation, so two of them share a topic prefix. */
  instances: (Instance & { foreign: boolean })[];
  /** Services without an instance of this installation. */
  missing: string[];
  /** Null if it is unknown; `lag_unknown` then gives the reason. */
  lag: Lag | null;
  lag_unknown: string | null;
  /** Events stored by minute, without the minutes that had none. Null while the database cannot be reached. */
  rates: { minute: Date; events: number }[] | null;
  /** Answers of the webhook other than success, by minute and HTTP status. */
  refusals: Answers[];
  /** Answers of the webhook that were a success. */
  accepted: number;
  /** Posts at wrong addresses in the last hour, by the first segment of the path. */
  wrong_paths: Omit<Refused, "kind">[];
  /** Pages that were not allowed to connect in the last hour, by their origin. */
  refused_origins: Omit<Refused, "kind">[];
};
