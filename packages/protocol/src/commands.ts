import { DELIVERY_STATUSES } from "@teravoz/domain/deliveries";
import * as z from "zod/mini";
import {
  CALL_STATES,
  MAX_CALLS,
  MAX_DAYS,
  MAX_DELIVERIES,
  MAX_EVENTS,
  STATS_MINUTES,
  SYSTEM_MINUTES,
} from "./limits.ts";
import { call, callEvent, telephone } from "./schemas/call.ts";
import { deliveryBody, deliveryReport } from "./schemas/deliveries.ts";
import { describe } from "./schemas/describe.ts";
import {
  callNumber,
  cursor,
  days,
  limit,
  minutesOr,
  minutesOrToday,
  moment,
  name,
  nested,
  oneOf,
  optional,
  orNull,
  parameters,
  searchTerm,
  text,
  windowEnd,
} from "./schemas/parameters.ts";
import {
  abandonedReport,
  agentReport,
  queueDayReport,
  queueReport,
  rewoundReport,
  stats,
} from "./schemas/reports.ts";
import { systemReport } from "./schemas/system.ts";
import type { Answers, CommandName, More, PushName } from "./types/messages.ts";
import type { Wire } from "./types/wire.ts";

/** A command: its parameters, and the `data` of its answer. */
type Definition<A> = {
  doc: string;
  data: z.ZodMiniType;
  answer: z.ZodMiniType<A>;
  /** Further keys of the answer's envelope. */
  more?: readonly (keyof More)[];
  /** The messages that follow the answer of a subscription. */
  pushes?: readonly PushName[];
};

const equals = (description: string) => describe(optional(text()), description);

const filter = describe(
  nested({
    id: describe(optional(callNumber()), "The number of the call."),
    aggregate_id: equals("The call_id."),
    state: describe(optional(oneOf(CALL_STATES)), "The state of the call."),
    queue: equals("The last queue of the call."),
    actor: equals("The agent who is on the call."),
    agent: equals("An agent who is or was on the call, in upper or lower case."),
    our_number: equals("The account's number as the events write it."),
    their_number: equals("The other side's number as the events write it."),
    code: equals("The customer's own code."),
    direction: equals("The direction as the events name it."),
    counted_as: equals("`inbound`, `outbound` or `internal`."),
    visited: equals("Any queue of the call."),
    waiting: describe(
      optional(
        z.pipe(
          z.literal([true, "true"], "must be true, or left out"),
          z.transform(() => true as const),
        ),
      ),
      "`true` for calls whose caller waits.",
    ),
    number: equals("A number of either side, in any spelling."),
    search: describe(
      optional(searchTerm()),
      "A text that a person typed: a call_id, a code, an agent, a queue or its name, a number in any spelling, or four digits of one.",
    ),
  }),
  "The conditions, all of which a call must meet. Without conditions the answer has all calls.",
);

const askedCalls = {
  since: describe(
    optional(windowEnd()),
    "Only calls that had an event since then. With `order` `began_at`: only calls that began since then.",
  ),
  until: describe(optional(windowEnd()), "Only calls that began before then."),
  order: describe(
    optional(z.enum(["id", "began_at"], "must be id or began_at")),
    "`id` (the default) or `began_at`, both newest first.",
  ),
  legs: describe(
    optional(z.literal(false, "must be false, or left out")),
    "`false` leaves out `legs`, the deprecated alias of `visits`, from every call. A later release that sends no `legs` still accepts it.",
  ),
};

type Window = { since?: Date | undefined; until?: Date | undefined };

const untilAfterSince = z.refine<Window>(({ since, until }) => !since || !until || until > since, {
  message: "must be after since",
  path: ["until"],
});

type Spans = { minutes: number | null; days: number | null };

const minutesOrDays = z.refine<Spans>(({ minutes, days }) => minutes === null || days === null, {
  message: "give minutes or days, not both",
});

/** Every command of the socket. To add a command, begin with its answer in types/messages.ts. */
export const COMMANDS = {
  ListCalls: {
    doc: "Lists calls, newest first.",
    data: parameters({ params: filter, limit: limit(MAX_CALLS), cursor: cursor(), ...askedCalls }).check(
      untilAfterSince,
    ),
    answer: z.array(call),
    more: ["next", "cut"],
  },
  ListCallEvents: {
    doc: "Lists the events of a call in their order. A page holds at most 4 MiB of bodies. An unknown call has no events.",
    data: parameters({
      call_id: describe(name("string", "number"), "The call_id."),
      limit: limit(MAX_EVENTS),
      cursor: cursor(),
    }),
    answer: z.array(callEvent),
    more: ["next"],
  },
  ListQueues: {
    doc: "Counts the numbers of the queues.",
    data: parameters({ minutes: minutesOrToday() }),
    answer: queueReport,
  },
  ListAgents: {
    doc: "Lists the agents with their state and their calls.",
    data: parameters({ minutes: minutesOrToday() }),
    answer: agentReport,
  },
  ListQueueDay: {
    doc: "Counts the numbers of today by quarters of an hour.",
    data: parameters({
      queue: describe(orNull(text()), "The queue. Without it all queues are counted."),
    }),
    answer: queueDayReport,
  },
  ListAbandoned: {
    doc: "Lists the callers who abandoned a queue, and whether an agent has talked to them since.",
    data: parameters({ minutes: minutesOrToday(), days: days(MAX_DAYS) }).check(minutesOrDays),
    answer: abandonedReport,
  },
  ListStats: {
    doc: "Counts events by type and calls by state.",
    data: parameters({ minutes: minutesOr(STATS_MINUTES) }),
    answer: stats,
  },
  ListSystem: {
    doc: "Describes the gateway itself: instances, lag, rates and refusals.",
    data: parameters({ minutes: minutesOr(SYSTEM_MINUTES) }),
    answer: systemReport,
  },
  Rewind: {
    doc: "Shows queues, agents and waiting callers as they were known at a moment.",
    data: parameters({
      at: describe(moment(), "The moment, in ISO 8601 with its zone or in ms since the epoch."),
      minutes: minutesOrToday(),
    }),
    answer: rewoundReport,
  },
  ListDeliveries: {
    doc: "Lists the deliveries to the webhook, newest first. With `status` a page may hold fewer entries than `limit`, even none, and have a next page.",
    data: parameters({
      status: describe(orNull(oneOf(DELIVERY_STATUSES)), "Only deliveries with this status."),
      call_id: describe(orNull(text()), "Only deliveries with this call_id or agent's key."),
      limit: limit(MAX_DELIVERIES),
      cursor: cursor(),
    }),
    answer: deliveryReport,
    more: ["next"],
  },
  ShowDelivery: {
    doc: "Shows the body of a delivery.",
    data: parameters({ id: describe(name("string"), "The `id` of a delivery.") }),
    answer: deliveryBody,
  },
  ShowNumber: {
    doc: "Reads a phone number in any spelling. The answer is null if the text is not a number.",
    data: parameters({ number: describe(text(), "The number.") }),
    answer: z.nullable(telephone),
  },
  Subscribe: {
    doc: "Answers like `ListCalls`, and from then on sends each change of these calls. It replaces the socket's earlier subscription.",
    data: parameters({ params: filter, limit: limit(MAX_CALLS), ...askedCalls }).check(untilAfterSince),
    answer: z.array(call),
    more: ["cut"],
    pushes: ["CallChanged", "CallErased"],
  },
  SubscribeQueues: {
    doc: "Answers like `ListQueues`, and from then on sends the rows that changed.",
    data: parameters({ minutes: minutesOrToday() }),
    answer: queueReport,
    pushes: ["QueuesChanged"],
  },
  SubscribeAgents: {
    doc: "Answers like `ListAgents`, and from then on sends the rows that changed.",
    data: parameters({ minutes: minutesOrToday() }),
    answer: agentReport,
    pushes: ["AgentsChanged"],
  },
} as const satisfies { [N in CommandName]: Definition<Wire<Answers[N]>> };

/** The parameters of a command after the server has read them. */
export type CommandData<N extends CommandName> = z.output<(typeof COMMANDS)[N]["data"]>;
/** The parameters of a command as a client may send them. */
export type CommandInput<N extends CommandName> = z.input<(typeof COMMANDS)[N]["data"]>;

export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** Returns whether a name is that of a command. */
export const isCommandName = (event: string): event is CommandName => Object.hasOwn(COMMANDS, event);
