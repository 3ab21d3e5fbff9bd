import type { Agent } from "@teravoz/domain/agents";
import type {
  Abandoned,
  AbandonedPerson,
  QueueNumbers,
  SliceNumbers,
  TrafficNumbers,
  WaitingCaller,
} from "@teravoz/domain/numbers";
import * as z from "zod/mini";
import { CALL_STATES } from "../limits.ts";
import type {
  AbandonedReport,
  AgentReport,
  AgentsDelta,
  Free,
  QueueDayReport,
  QueueReport,
  QueueRow,
  QueuesDelta,
  RewoundReport,
  Stats,
} from "../types/reports.ts";
import { describe, shapeOf } from "./describe.ts";
import {
  counts,
  flag,
  fractionOrNull,
  listOf,
  moment,
  momentOrNull,
  oneOf,
  oneOfOrNull,
  text,
  textOrNull,
  whole,
  wholeOrNull,
} from "./values.ts";

const reported = {
  from: moment("The beginning of the window."),
  now: moment("The end of the window."),
  zone: text("The time zone of the account (IANA name)."),
};

const traffic = shapeOf<TrafficNumbers>()(
  "TrafficNumbers",
  "The numbers of outbound or of internal calls.",
  z.object({
    placed: whole("Calls that began in the window."),
    connected: whole("Calls whose first call.ongoing came in the window."),
    dropped: whole("Visits to a queue that ended in the window without an answer."),
    mean_talk_ms: wholeOrNull("Mean of the talks that ended in the window. Null if there were none."),
  }),
);

const visitNumbers = {
  offered: whole("Visits that began in the window."),
  answered: whole("Visits that were answered in the window."),
  abandoned: whole("Visits that ended in the window without an answer, the short ones included."),
  short: whole("Abandoned visits that were no longer than `shortAbandonMs`."),
  overflowed: whole("Visits that ended in an overflow."),
  service_level: fractionOrNull(
    "The share answered in time: answered in time / (answered after a known wait + abandoned - short), from 0 to 1.",
  ),
  mean_wait_ms: wholeOrNull("Mean of the waits before the answers."),
  p90_wait_ms: wholeOrNull("90th percentile of the waits before the answers (nearest rank)."),
  mean_talk_ms: wholeOrNull("Mean of the talks that ended in the window."),
  outbound: traffic,
  internal: traffic,
};

const queueNumbers = {
  waiting: whole("Visits that are open and not answered, now."),
  waiting_since: momentOrNull("The beginning of the oldest of them."),
  ...visitNumbers,
};

const free = { free: wholeOrNull("Agents that are free now. Null if no agent event was ever received.") };

const total = shapeOf<QueueNumbers & Free>()(
  "QueueNumbers",
  "The numbers of inbound calls of one queue or of all. A mean or share is null if there is nothing to count.",
  z.object({ ...queueNumbers, ...free }),
);

const queueRow = shapeOf<QueueRow>()(
  "QueueRow",
  "One queue.",
  z.object({
    queue: textOrNull("The queue. Null for calls that waited without a queue."),
    name: textOrNull("The name that the setting `QUEUES` gives it."),
    serviceLevelMs: whole("A wait up to this long counts as answered in time."),
    shortAbandonMs: whole("An abandoned wait up to this long is short."),
    ...queueNumbers,
    ...free,
  }),
);

const queueReportFields = {
  ...reported,
  states: describe(
    z.object(
      Object.fromEntries(CALL_STATES.map((state) => [state, z.int()])) as Record<
        (typeof CALL_STATES)[number],
        z.ZodMiniNumberFormat
      >,
    ),
    "The number of calls in each state now. FINISHED counts the finished calls of the last 25 hours.",
  ),
  total,
  queues: listOf(queueRow, "The queues of the settings and those with a visit, by number."),
};

export const queueReport = shapeOf<QueueReport>()(
  "QueueReport",
  "The numbers of all queues in a window.",
  z.object(queueReportFields),
);

const agent = shapeOf<Agent>()(
  "Agent",
  "The present state of an agent, and the numbers of the agent's inbound calls in the window.",
  z.object({
    agent: text("The login as it was last written, or the extension of an agent without a login."),
    state: oneOf(
      ["FREE", "RINGING", "TALKING", "PAUSED", "LOGGED_OUT", "UNKNOWN"],
      "UNKNOWN if no event of the agent was received for a day.",
    ),
    since: momentOrNull("The beginning of the state. Null if it is unknown."),
    next_state: oneOfOrNull(
      ["PAUSED", "LOGGED_OUT"],
      "The state after the talk, if a pause or a log-out came during it.",
    ),
    reason: textOrNull("The reason of a pause, if the sender gave one."),
    queues: listOf(
      z.object({ queue: textOrNull("The queue."), paused: flag("True if the agent is paused in it.") }),
      "The queues the agent is logged in to.",
    ),
    call_id: textOrNull("The call that rings at the agent, or that the agent is on."),
    taken: whole("Talks that began in the window."),
    missed: whole("Rings that ended in the window without an answer."),
    mean_talk_ms: wholeOrNull("Mean of the talks that ended in the window. Null if there were none."),
  }),
);

const agentReportFields = {
  ...reported,
  agents: listOf(agent, "The agents by name. An agent who logged out over a day ago is left out."),
};

export const agentReport = shapeOf<AgentReport>()(
  "AgentReport",
  "The agents in a window.",
  z.object(agentReportFields),
);

const slice = shapeOf<SliceNumbers>()(
  "SliceNumbers",
  "The numbers of a quarter of an hour.",
  z.object({ from: moment("The beginning of the slice."), ...visitNumbers }),
);

export const queueDayReport = shapeOf<QueueDayReport>()(
  "QueueDayReport",
  "The numbers of today by quarters of an hour.",
  z.object({
    ...reported,
    queue: textOrNull("The requested queue. Null for all queues."),
    slice_ms: whole("The length of a slice."),
    slices: listOf(slice, "The slices from midnight to the current one, at most 100."),
  }),
);

const abandoned = shapeOf<Abandoned>()(
  "Abandoned",
  "A visit whose caller left the queue without an answer.",
  z.object({
    aggregate_id: text("The call_id."),
    their_number: textOrNull("The caller's number as it was received."),
    their_number_display: textOrNull("The caller's number as people read it."),
    person: textOrNull("The canonical form of the number. Null if it is hidden."),
    queue: textOrNull("The queue."),
    entered_at: moment("The beginning of the visit."),
    ended_at: moment("The end of the visit."),
    waited_ms: wholeOrNull("The wait. Null if its beginning is unknown."),
    short: flag("True if the wait was no longer than the queue's `shortAbandonMs`."),
    returned_at: momentOrNull("The next talk with the person, in a call in either direction."),
  }),
);

const person = shapeOf<AbandonedPerson>()(
  "AbandonedPerson",
  "A person who abandoned, once or several times.",
  z.object({
    person: text("The canonical form of the number."),
    their_number: textOrNull("The number as the last of the calls has it."),
    their_number_display: textOrNull("The number as people read it."),
    aggregate_id: text("The call_id of the last time."),
    times: whole("The number of abandoned visits."),
    first_at: moment("The end of the first of them."),
    last_at: moment("The end of the last of them."),
    longest_wait_ms: wholeOrNull("The longest known wait."),
    short: flag("True if all of the visits were short."),
    talked_at: momentOrNull("The first talk with the person after the last of them."),
  }),
);

export const abandonedReport = shapeOf<AbandonedReport>()(
  "AbandonedReport",
  "The callers who abandoned a queue in a window.",
  z.object({
    ...reported,
    days: wholeOrNull("Days of the window, today included. Null if the window is the last minutes."),
    abandoned: listOf(abandoned, "The visits, the latest first, at most 1,000."),
    more: flag("True if there are more visits than that."),
    people: listOf(
      person,
      "The people of all visits, at most 1,000. Those to whom no agent has talked since then come first.",
    ),
  }),
);

const waiting = shapeOf<WaitingCaller>()(
  "WaitingCaller",
  "A caller who waits.",
  z.object({
    aggregate_id: text("The call_id."),
    their_number: textOrNull("The caller's number as it was received."),
    their_number_display: textOrNull("The caller's number as people read it."),
    queue: textOrNull("The queue."),
    entered_at: moment("The beginning of the wait."),
  }),
);

export const rewoundReport = shapeOf<RewoundReport>()(
  "RewoundReport",
  "The board at a moment of the past. `now` is this moment.",
  z.object({
    ...queueReportFields,
    ...agentReportFields,
    waiting: listOf(waiting, "The callers who waited, the longest wait first, at most 500."),
  }),
);

const gone = {
  gone: listOf(z.nullable(z.string()), "The names of rows that are no longer in the report."),
};

export const queuesDelta = shapeOf<QueuesDelta>()(
  "QueuesDelta",
  "A QueueReport whose `queues` holds only the rows that changed.",
  z.object({ ...queueReportFields, ...gone }),
);

export const agentsDelta = shapeOf<AgentsDelta>()(
  "AgentsDelta",
  "An AgentReport whose `agents` holds only the rows that changed.",
  z.object({ ...agentReportFields, ...gone }),
);

export const stats = shapeOf<Stats>()(
  "Stats",
  "Counts of the last minutes.",
  z.object({
    minutes: whole("The length of the window in minutes."),
    events: counts("Events stored in the window, by type."),
    calls: describe(
      z.partialRecord(z.enum(CALL_STATES), z.int()),
      "Calls that had an event in the window, by state.",
    ),
  }),
);
