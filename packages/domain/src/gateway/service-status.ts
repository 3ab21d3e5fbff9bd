/** A check of /readyz that is not ok; `tolerated`: the instance does its job all the same. */
export type FailingCheck = { name: string; reason: string; tolerated: boolean };

/** How often the webhook was answered with a status in the minute that began then, so far. */
export type Answers = { minute: Date; status: number; count: number };

/**
 * What an instance refused in the last hour, by name: the path of posts at wrong addresses, the origin of pages that may not connect.
 * Names are made safe to show: no number, no secret.
 */
export type Refused = { kind: "path" | "origin"; name: string; count: number; last: Date };

/** How one instance of a service is, by its own account. `at` and `started_at` are of its clock. */
export type ServiceStatus = {
  service: string;
  instance: string;
  at: Date;
  started_at: Date;
  /** Of the release. */
  version: string;
  /** The id of the installation that its database belongs to; "" where it has no database, or does not know the id yet. */
  installation: string;
  state: "ready" | "unready" | "stopped";
  failing: FailingCheck[];
  /** Whole numbers by name, units in the names: spool_bytes, partitions, sockets. */
  figures: Record<string, number>;
  /** Of the minutes that may not have been told yet. */
  answers: Answers[];
  refused: Refused[];
};

/** The services a gateway is made of: without one of them it is not whole. */
export const SERVICES = ["ingest", "projector", "realtime"] as const;

/** Without a status for this long an instance has died, hangs, or is cut off: it missed three. `everyMs`: how often it reports. */
export const silentAfterMs = (everyMs: number): number => 3 * everyMs;
/** An instance that has been silent for so long is not expected back. */
const GONE_MS = 600_000;
/** Long enough to be seen going in a rollout. */
const STOPPED_SHOWN_MS = 60_000;

/** As others see it; silent = it should have reported, and has not. */
export type Standing = ServiceStatus["state"] | "silent";

/** How an instance stands whose last status is `ageMs` old, where instances report every `everyMs`. */
export const standingOf = (
  { state }: Pick<ServiceStatus, "state">,
  ageMs: number,
  everyMs: number,
): Standing => (state !== "stopped" && ageMs >= silentAfterMs(everyMs) ? "silent" : state);

/** Whether the instance is no longer shown. */
export const isGone = ({ state }: Pick<ServiceStatus, "state">, ageMs: number): boolean =>
  ageMs >= (state === "stopped" ? STOPPED_SHOWN_MS : GONE_MS);

/** Those of which no instance is there to do the job, ready or not. */
export function missingServices(instances: readonly { service: string; standing: Standing }[]): string[] {
  const there = instances.filter(({ standing }) => standing === "ready" || standing === "unready");
  return SERVICES.filter((name) => !there.some(({ service }) => service === name));
}
