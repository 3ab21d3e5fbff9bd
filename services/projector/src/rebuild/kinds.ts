import type { Call } from "@teravoz/domain";

/** The kinds of change to a call, in an operator's words and in the order in which they are shown. */
export const KINDS = [
  "state",
  "beginning or end",
  "visits to queues",
  "waiting and answers",
  "talks of agents",
  "rings at agents",
  "direction",
  "abandoned",
  "telephone numbers and description",
  "events and receptions",
  "only the revision of the fold",
] as const;
export type Kind = (typeof KINDS)[number];

const REVISION = "only the revision of the fold";

const KIND_OF: Record<keyof Omit<Call, "aggregate_id" | "version">, Kind> = {
  state: "state",
  began_at: "beginning or end",
  finished_at: "beginning or end",
  legs: "visits to queues",
  queues: "visits to queues",
  queue: "visits to queues",
  waiting_since: "waiting and answers",
  answered_at: "waiting and answers",
  connected_at: "waiting and answers",
  talks: "talks of agents",
  agents: "talks of agents",
  actor: "talks of agents",
  rings: "rings at agents",
  direction: "direction",
  counted_as: "direction",
  abandoned: "abandoned",
  abandoned_at: "abandoned",
  our_number: "telephone numbers and description",
  our_number_canonical: "telephone numbers and description",
  our_number_display: "telephone numbers and description",
  their_number: "telephone numbers and description",
  their_number_canonical: "telephone numbers and description",
  their_number_display: "telephone numbers and description",
  their_number_type: "telephone numbers and description",
  code: "telephone numbers and description",
  recording_url: "telephone numbers and description",
  id: "events and receptions",
  events: "events and receptions",
  created_at: "events and receptions",
  updated_at: "events and receptions",
  fold: REVISION,
};

/**
 * The kinds of change of one call, each once. A field that is not listed, such as the mark of an oversized call,
 * belongs to its events.
 */
export function kindsOf(fields: readonly string[]): Kind[] {
  const kinds = new Set(
    fields.map((field) => KIND_OF[field as keyof typeof KIND_OF] ?? "events and receptions"),
  );
  if (kinds.size > 1) kinds.delete(REVISION);
  return KINDS.filter((kind) => kinds.has(kind));
}
