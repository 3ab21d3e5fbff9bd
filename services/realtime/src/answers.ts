import { type Call, type CallQueries, InvalidCursor, TooLarge, Unavailable } from "@teravoz/domain";
import type { Log } from "@teravoz/runtime";
import { type Board, NotYet } from "./board.ts";
import type { Deliveries } from "./deliveries.ts";
import { callList, eventList, failed, type Message, report } from "./messages.ts";
import { type Command, commandKey, type ReportSubject } from "./protocol.ts";
import type { LiveReport } from "./report-subscriptions.ts";
import { createSingleFlight } from "./single-flight.ts";
import type { CountStats } from "./stats.ts";
import type { System } from "./system/system.ts";
import type { Clock } from "./throttle.ts";

/** A page of bodies: a browser parses it in well under 100 ms, and a socket holds one at a time. */
const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/** What a command comes to: the message for the client, and for a subscription that succeeded the calls or the report in it. */
export type Answer = { message: Message; calls: readonly Call[] | null; report?: LiveReport };

/** Answers by a query that began after the call; equal commands share it and its encoding. Never rejects. */
export type AnswerCommand = (command: Command) => Promise<Answer>;

/** What answers are made of. */
type Sources = {
  queries: CallQueries;
  board: Board;
  countStats: CountStats;
  system: Pick<System, "report">;
  deliveries: Deliveries;
};

type Deps = Sources & { log: Log; onUnavailable: () => void; clock: Clock };

/** `onUnavailable` hears of each query that failed because the database is away. */
export function createAnswers(deps: Deps): AnswerCommand {
  const share = createSingleFlight<Answer>(deps.clock);
  const refuse = (command: Command, error: unknown): Answer => {
    if (error instanceof Unavailable) {
      // a reading of the past that takes too long says nothing of the present
      if (command.event !== "Rewind") deps.onUnavailable();
    } else if (!isAskers(error)) deps.log.error({ err: error, name: command.event }, "query failed");
    return { message: failed(command.event, reasonOf(error)), calls: null };
  };
  const answer = (command: Command) => query(deps, command).catch((error: unknown) => refuse(command, error));
  return (command) => share(commandKey(command), () => answer(command));
}

async function query(sources: Sources, command: Command): Promise<Answer> {
  const { queries, board, countStats, deliveries, system } = sources;
  switch (command.event) {
    case "ListCalls": {
      const { filter, ...page } = command;
      const found = await queries.listCalls(filter, page);
      return { message: callList(command.event, found), calls: null };
    }
    case "ListCallEvents": {
      const { call_id, limit, cursor } = command;
      const page = await queries.listCallEvents(call_id, { limit, bytes: MAX_EVENT_BYTES, cursor });
      return { message: eventList(page), calls: null };
    }
    case "ListQueues":
      return { message: report(command.event, await board.queues(command.minutes)), calls: null };
    case "ListAgents":
      return { message: report(command.event, await board.agents(command.minutes)), calls: null };
    case "ListQueueDay":
      return { message: report(command.event, await board.queueDay(command.queue)), calls: null };
    case "ListAbandoned":
      return { message: report(command.event, await board.abandoned(command)), calls: null };
    case "ListStats":
      return { message: report(command.event, await countStats(command.minutes)), calls: null };
    case "Rewind":
      return { message: report(command.event, await board.rewound(command)), calls: null };
    case "SubscribeQueues":
    case "SubscribeAgents": {
      const live = await countReport(board, command);
      return { message: report(command.event, live), calls: null, report: live };
    }
    case "ListSystem":
      return { message: report(command.event, await system.report(command.minutes)), calls: null };
    case "ListDeliveries": {
      const { event, ...asked } = command;
      const page = await deliveries.list(asked);
      return { message: report(event, page.report, page.next), calls: null };
    }
    case "ShowDelivery":
      return { message: report(command.event, await deliveries.body(command.id)), calls: null };
    case "ShowNumber":
      return { message: report(command.event, command.telephone), calls: null };
    case "Subscribe": {
      const { filter, ...page } = command;
      const found = await queries.listCalls(filter, { ...page, cursor: null });
      // what is beyond the limit is not followed by a next page: the view goes on with deltas
      return { message: callList(command.event, { ...found, next: null }), calls: found.items };
    }
  }
}

/** The report that a subscription is about, as it is now. */
export const countReport = (board: Board, { event, minutes }: ReportSubject): Promise<LiveReport> =>
  event === "SubscribeQueues" ? board.queues(minutes) : board.agents(minutes);

/** What the one who asked can mend. */
const isAskers = (error: unknown): error is Error =>
  error instanceof InvalidCursor || error instanceof NotYet || error instanceof TooLarge;

function reasonOf(error: unknown): string {
  if (error instanceof Unavailable) return "unavailable, try again";
  return isAskers(error) ? error.message : "internal error";
}
