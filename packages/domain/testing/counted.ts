import type { Visit } from "../src/call/visits.ts";
import type { CountedCall } from "../src/numbers/queue-numbers.ts";

/** An open visit to queue 900, with the given fields. */
export const sampleVisit = (given: Partial<Visit> = {}): Visit => ({
  queue: "900",
  entered_at: new Date(0),
  wait_known: true,
  answered_at: null,
  answered_by: null,
  agent: null,
  talked_until: null,
  ended_at: null,
  outcome: null,
  ...given,
});

/** An inbound call that began with its first visit, or long ago if it has no visit. */
export const sampleCounted = (given: Partial<CountedCall>): CountedCall => ({
  state: "FINISHED",
  counted_as: "inbound",
  queue: null,
  began_at: given.legs?.[0]?.entered_at ?? new Date(0),
  updated_at: new Date(0),
  connected_at: null,
  finished_at: null,
  legs: [],
  talks: [],
  ...given,
});
