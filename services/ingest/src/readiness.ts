import type { Check, Health } from "@teravoz/runtime";

export type Checks = Record<"kafka" | "topics" | "registry", () => Check>;

/**
 * Adds the checks of ingest. It is ready if the brokers, the topics in their right form and the schemas are available,
 * or if a spool with room keeps events meanwhile. Topics known to be wrong are not an outage: the spool does not make
 * up for them.
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
