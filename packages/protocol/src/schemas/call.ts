import type { AgentRings, Ring, Talk, Visit } from "@teravoz/domain/call";
import type { Telephone } from "@teravoz/domain/telephone";
import * as z from "zod/mini";
import { CALL_STATES } from "../limits.ts";
import type { Call } from "../types/call.ts";
import type { CallEvent } from "../types/messages.ts";
import { describe, shapeOf } from "./describe.ts";
import { flag, listOf, moment, momentOrNull, oneOf, oneOfOrNull, text, textOrNull, whole } from "./values.ts";

const visit = shapeOf<Visit>()(
  "Visit",
  "A call's entry into a queue, until it ends: by the next call.waiting, an abandon, an overflow or the end of the call.",
  z.object({
    queue: textOrNull("The queue. Null if no event named one."),
    entered_at: moment("The beginning of the visit."),
    wait_known: flag(
      "False if call.waiting was never received: then `entered_at` is the answer or the abandon.",
    ),
    answered_at: momentOrNull("The answer. Null while there is none."),
    answered_by: textOrNull("The agent who answered. Null if no event named one."),
    agent: textOrNull("The agent who entered last."),
    talked_until: momentOrNull("The end of the talk. Null while the talk is open, and if there was none."),
    ended_at: momentOrNull("The end of the visit. Null while it is open."),
    outcome: oneOfOrNull(
      ["ANSWERED", "ABANDONED", "OVERFLOWED"],
      "The outcome of the visit. Null while it is open.",
    ),
  }),
);

const talk = shapeOf<Talk>()(
  "Talk",
  "The time of one agent on a call.",
  z.object({
    agent: text("The login of the agent, or the extension if there is no login."),
    extension: textOrNull("The extension, if the event named one."),
    entered_at: moment("The time at which the agent entered the call."),
    ended_at: momentOrNull(
      "The time at which the agent left, another agent took over or the call ended. Null until then.",
    ),
  }),
);

const ring = shapeOf<Ring>()(
  "Ring",
  "One ring at an agent.",
  z.object({
    rang_at: momentOrNull("The beginning. Null if only the end was received."),
    ended_at: momentOrNull("The end. Null until then."),
    missed: flag("True if it ended without an answer, and no other agent answered at that time."),
  }),
);

const rings = shapeOf<AgentRings>()(
  "Rings",
  "The rings of a call at one agent.",
  z.object({
    agent: text("The login of the agent, or the extension if there is no login."),
    extension: textOrNull("The extension, if the event named one."),
    rang: whole("The number of rings."),
    missed: whole("The number of missed rings."),
    latest: listOf(ring, "The last 20 rings, oldest first."),
  }),
);

const numbers = {
  our_number: textOrNull("The account's number as the last event that has it writes it."),
  their_number: textOrNull("The other side's number as the last event that has it writes it."),
  our_number_canonical: textOrNull(
    "The form that all spellings of `our_number` share. Null if it is not a number.",
  ),
  our_number_display: textOrNull("`our_number` as people read it."),
  their_number_canonical: textOrNull(
    "The form that all spellings of `their_number` share. Null if the number is hidden.",
  ),
  their_number_display: textOrNull("`their_number` as people read it."),
  their_number_type: textOrNull("`mobile`, `landline` or another word of the sender."),
};

const moments = {
  began_at: moment("The earliest moment of its events."),
  created_at: moment("The reception of its first event."),
  updated_at: moment("The reception of its last event."),
  waiting_since: momentOrNull("The beginning of the wait. Null if the caller does not wait."),
  answered_at: momentOrNull("The first answer."),
  connected_at: momentOrNull("The first call.ongoing."),
  finished_at: momentOrNull("The end of the call."),
  abandoned_at: momentOrNull("The end of the last abandoned visit of an inbound call."),
};

export const call = shapeOf<Call>()(
  "Call",
  "A call as its events describe it. A text of more than 256 characters in an event is ignored.",
  z.object({
    id: whole("The number of the call. It grows with time and never changes."),
    aggregate_id: text("The call_id."),
    state: oneOf(CALL_STATES, "The state of the call."),
    ...moments,
    code: textOrNull("The customer's own code."),
    direction: textOrNull("The direction as the events name it."),
    counted_as: oneOf(
      ["inbound", "outbound", "internal"],
      "The kind of numbers in which the call is counted.",
    ),
    ...numbers,
    queue: textOrNull("The last queue that an event named."),
    actor: textOrNull("The agent who is on the call. If there are several, it is the one who entered last."),
    abandoned: flag("True for an inbound call whose last visit was abandoned."),
    recording_url: textOrNull("The address of the recording."),
    visits: listOf(visit, "The visits to queues, oldest first; at most the latest 100."),
    legs: describe(
      z.exactOptional(z.array(visit)),
      "Deprecated: the same list as `visits`, under its name in earlier releases. This is the last release that sends it.",
    ),
    talks: listOf(talk, "The talks of its agents, oldest first; at most the latest 100."),
    rings: listOf(rings, "The rings at each agent."),
    queues: listOf(z.string(), "All queues of its visits."),
    agents: listOf(z.string(), "All agents of its talks, in lower case."),
    events: whole("The number of different events."),
    fold: whole("The revision of the rules that made this call from its events."),
    version: whole("Grows with each change of the call."),
  }),
);

export const callEvent = shapeOf<CallEvent>()(
  "CallEvent",
  "An event of a call.",
  z.object({
    id: whole("The number of the event."),
    aggregate_id: text("The call_id."),
    uuid: text("The identity of the event: two deliveries with the same uuid are the same event."),
    occurred_at: momentOrNull(
      "The time of the event, by the sender's clock. Null if it has no readable timestamp.",
    ),
    received_at: moment("The time at which the webhook received it."),
    event: describe(
      z.record(z.string(), z.unknown()),
      "The body of the webhook exactly as it was received, digit for digit.",
    ),
  }),
);

export const telephone = shapeOf<Telephone>()(
  "Telephone",
  "A phone number.",
  z.object({
    canonical: text("The form that all spellings of the number share."),
    display: text("The number as people read it."),
  }),
);
