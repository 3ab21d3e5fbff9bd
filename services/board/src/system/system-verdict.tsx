import type { Instance } from "@teravoz/protocol/client";
import { formatCount, formatDuration } from "../base/format.ts";
import { formatTimeOfDay } from "../base/times.ts";
import type { GradedTrouble } from "./system-report.ts";
import { systemWords } from "./words.ts";

const say = systemWords;

/** A verdict in one sentence, and a list of the troubles. */
export function Verdict({ troubles }: { troubles: readonly GradedTrouble[] }) {
  const level = troubles[0]?.level ?? "calm";
  return (
    <section class={`verdict ${level}`} aria-live="polite">
      <h2>
        <span class="shape" aria-hidden="true">
          {VERDICT_SHAPES[level]}
        </span>
        {say.verdicts[level]}
      </h2>
      {troubles.length > 0 && (
        <ul>
          {troubles.map((trouble) => (
            <li key={keyOf(trouble)}>{sentenceOf(trouble)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

const VERDICT_SHAPES = { calm: "✓", near: "▲", over: "✕" };

function keyOf(trouble: GradedTrouble): string {
  if ("instance" in trouble)
    return `${trouble.kind} ${trouble.instance.service} ${trouble.instance.instance}`;
  return "service" in trouble ? `${trouble.kind} ${trouble.service}` : trouble.kind;
}

function sentenceOf(trouble: GradedTrouble): string {
  switch (trouble.kind) {
    case "deaf":
      return say.deaf;
    case "missing":
      return say.missing(trouble.service);
    case "foreign":
      return say.foreign(nameOf(trouble.instance), shortId(trouble.instance.installation));
    case "unready":
      return say.unready(nameOf(trouble.instance), reasonsOf(trouble.instance));
    case "silent":
      return say.silent(nameOf(trouble.instance), formatTimeOfDay(Date.parse(trouble.instance.heard_at)));
    case "tolerated":
      return say.tolerated(nameOf(trouble.instance), reasonsOf(trouble.instance));
    case "spool":
      return say.spool(
        nameOf(trouble.instance),
        formatCount(trouble.records),
        formatDuration(trouble.oldestMs),
      );
    case "lag":
      return say.lag(formatCount(trouble.records), formatDuration(trouble.waitedMs));
    case "lagUnknown":
      return say.lagUnknown(trouble.reason);
    case "unavailable":
      return say.unavailable(formatCount(trouble.count));
  }
}

export const nameOf = ({ service, instance }: Instance) => `${service} ${instance}`;
/** The beginning of an installation id, which distinguishes it from the others. */
export const shortId = (installation = ""): string => installation.slice(0, 8);
const reasonsOf = ({ failing }: Instance) =>
  failing.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
