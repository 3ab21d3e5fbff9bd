/** A check of /readyz that is not ok; `tolerated`: the instance does its job all the same. */
export type FailingCheck = { name: string; reason: string; tolerated: boolean };

/** How often the webhook was answered with a status in the minute that began then, so far. */
export type Answers = { minute: Date; status: number; count: number };

/** How one instance of a service is, by its own account. `at` and `started_at` are of its clock. */
export type ServiceStatus = {
  service: string;
  instance: string;
  at: Date;
  started_at: Date;
  /** Of the release. */
  version: string;
  state: "ready" | "unready" | "stopped";
  failing: FailingCheck[];
  /** Whole numbers by name, units in the names: spool_bytes, partitions, sockets. */
  figures: Record<string, number>;
  /** Of the minutes that may not have been told yet. */
  answers: Answers[];
};

/** The services a gateway is made of: without one of them it is not whole. */
export const SERVICES = ["ingest", "projector", "realtime"] as const;

/** An instance tells of itself so often. */
export const STATUS_EVERY_MS = 10_000;
/** Three times nothing: it died, hangs, or is cut off. */
export const SILENT_MS = 3 * STATUS_EVERY_MS;
/** Who was silent for so long is not waited for. */
const GONE_MS = 600_000;
/** Long enough to be seen going in a rollout. */
const STOPPED_SHOWN_MS = 60_000;

/** As others see it; silent = it should have told of itself, and has not. */
export type Standing = ServiceStatus["state"] | "silent";

/** `ageMs`: so long ago the status was heard. */
export const standingOf = ({ state }: Pick<ServiceStatus, "state">, ageMs: number): Standing =>
  state !== "stopped" && ageMs >= SILENT_MS ? "silent" : state;

/** Nobody needs to hear of it any more. */
export const isGone = ({ state }: Pick<ServiceStatus, "state">, ageMs: number): boolean =>
  ageMs >= (state === "stopped" ? STOPPED_SHOWN_MS : GONE_MS);

/** Those of which no instance is there to do the job, ready or not. */
export function missingServices(instances: readonly { service: string; standing: Standing }[]): string[] {
  const there = instances.filter(({ standing }) => standing === "ready" || standing === "unready");
  return SERVICES.filter((name) => !there.some(({ service }) => service === name));
}
