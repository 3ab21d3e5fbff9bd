/** A failing check of /readyz. If it is `tolerated`, the instance is ready nevertheless. */
export type FailingCheck = { name: string; reason: string; tolerated: boolean };

/** The number of answers of the webhook with one status in one minute, up to the report. */
export type Answers = { minute: Date; status: number; count: number };

/**
 * The requests that an instance refused in the last hour, by name: the path of posts to wrong addresses, or the origin
 * of pages that may not connect. A name contains no number and no secret.
 */
export type Refused = { kind: "path" | "origin"; name: string; count: number; last: Date };

/** The status that an instance of a service reports about itself. `at` and `started_at` are times of its own clock. */
export type ServiceStatus = {
  service: string;
  instance: string;
  at: Date;
  started_at: Date;
  /** The version of the release. */
  version: string;
  /** The id of the installation of its database; "" if it has no database, or does not know the id yet. */
  installation: string;
  state: "ready" | "unready" | "stopped";
  failing: FailingCheck[];
  /** Whole numbers by name, with the unit in the name: spool_bytes, partitions, sockets. */
  figures: Record<string, number>;
  /** The answers of the minutes that may not have been reported yet. */
  answers: Answers[];
  refused: Refused[];
};

/** The services of a gateway. Without one of them it is incomplete. */
export const SERVICES = ["ingest", "projector", "realtime"] as const;

/**
 * Returns the time after which an instance that reports every `everyMs` is silent: it has missed three reports, so it
 * has died, hangs or is cut off.
 */
export const silentAfterMs = (everyMs: number): number => 3 * everyMs;
/** An instance without a report for this long is not expected to return. */
const GONE_MS = 600_000;
/** A stopped instance is shown for this long, so that it is seen during a rollout. */
const STOPPED_SHOWN_MS = 60_000;

/** The state of an instance as others see it. A silent instance should have reported and has not. */
export type InstanceState = ServiceStatus["state"] | "silent";

/** The state of an instance whose last status is `ageMs` old. Instances report every `everyMs`. */
export const instanceStateOf = (
  { state }: Pick<ServiceStatus, "state">,
  ageMs: number,
  everyMs: number,
): InstanceState => (state !== "stopped" && ageMs >= silentAfterMs(everyMs) ? "silent" : state);

/** Returns whether the instance is no longer shown. */
export const isGone = ({ state }: Pick<ServiceStatus, "state">, ageMs: number): boolean =>
  ageMs >= (state === "stopped" ? STOPPED_SHOWN_MS : GONE_MS);

/** Returns whether the instance runs and reports, ready or not. */
export const isRunning = ({ standing }: { standing: InstanceState }): boolean =>
  standing === "ready" || standing === "unready";

/** The services without any running instance. */
export function missingServices(
  instances: readonly { service: string; standing: InstanceState }[],
): string[] {
  const there = instances.filter(isRunning);
  return SERVICES.filter((name) => !there.some(({ service }) => service === name));
}
