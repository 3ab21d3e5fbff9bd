import type { Check, Health } from "@teravoz/runtime";

export type Checks = Record<"kafka" | "topics" | "registry", () => Check>;

/**
 * What ingest needs to do its job: the brokers, the topics as they must be, and the schemas; or a spool with room, that keeps events
 * meanwhile. Topics that are seen to be wrong are no outage: the spool does not make up for them.
 */
export function addChecks(health: Health, checks: Checks, spool?: { check(): Check }): void {
  const { kafka, topics, registry } = checks;
  const spoolCheck = spool?.check ?? (() => ({ ok: false }));
  const canSend = () => [kafka(), topics(), registry()].every(({ ok, tolerated }) => ok || tolerated);
  const canKeep = () => spoolCheck().ok;
  health.add("kafka", () => unless(kafka(), canKeep));
  health.add("topics", () => unless(topics(), () => canKeep() && !kafka().ok));
  health.add("registry", () => unless(registry(), canKeep));
  if (spool) health.add("spool", () => unless(spoolCheck(), canSend));
}

const unless = (check: Check, makesUp: () => boolean): Check =>
  check.ok || !makesUp() ? check : { ...check, tolerated: true };
