// the answer of ListSystem; times are ISO 8601

export type FailingCheck = { name: string; reason: string; tolerated: boolean };
export type InstanceState = "ready" | "unready" | "silent" | "stopped";
export type Instance = {
  service: string;
  instance: string;
  started_at: string;
  version: string;
  failing: FailingCheck[];
  figures: Record<string, number>;
  standing: InstanceState;
  since: string;
  heard_at: string;
  /** Absent if the instance runs the previous release. */
  installation?: string;
  foreign?: boolean;
};
export type PartitionLag = { topic: string; partition: number; records: number; waited_ms: number };
export type Lag = { records: number; waited_ms: number; partitions: PartitionLag[] };
export type Refusals = { minute: string; status: number; count: number };
/** A path or an origin that was refused in the last hour: how often, and when last. */
export type RefusedName = { name: string; count: number; last: string };
export type SystemReport = {
  now: string;
  hears: boolean;
  /** Absent if the instance runs the previous release. */
  installation?: string;
  instances: Instance[];
  missing: string[];
  lag: Lag | null;
  lag_unknown: string | null;
  rates: { minute: string; events: number }[] | null;
  refusals: Refusals[];
  accepted: number;
  /** Absent if the instance runs the previous release. */
  wrong_paths?: RefusedName[];
  refused_origins?: RefusedName[];
};
