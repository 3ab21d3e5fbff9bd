import type { Call, Visit } from "@teravoz/protocol/client";

const EARLY = "2026-01-01T00:00:00.000Z";

/** A call whose values are unknown except for the given ones. */
export const sampleCall = (given: Partial<Call> = {}): Call => ({
  id: 1,
  version: 1,
  aggregate_id: "one",
  state: "NEW",
  began_at: EARLY,
  created_at: EARLY,
  updated_at: EARLY,
  direction: null,
  counted_as: "inbound",
  our_number: null,
  their_number: null,
  our_number_canonical: null,
  our_number_display: null,
  their_number_canonical: null,
  their_number_display: null,
  their_number_type: null,
  queue: null,
  actor: null,
  code: null,
  waiting_since: null,
  connected_at: null,
  answered_at: null,
  finished_at: null,
  abandoned: false,
  abandoned_at: null,
  recording_url: null,
  visits: [],
  talks: [],
  rings: [],
  queues: [],
  agents: [],
  fold: 1,
  events: 1,
  ...given,
});

/** An open, unanswered visit to queue 900. */
export const sampleVisit = (given: Partial<Visit> = {}): Visit => ({
  queue: "900",
  entered_at: EARLY,
  wait_known: true,
  answered_at: null,
  answered_by: null,
  agent: null,
  talked_until: null,
  ended_at: null,
  outcome: null,
  ...given,
});
