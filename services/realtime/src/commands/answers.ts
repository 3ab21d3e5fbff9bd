import { type Call, type CallQueries, InvalidCursor, TooLarge, Unavailable } from "@teravoz/domain";
import { SOCKET_ERRORS } from "@teravoz/protocol";
import type { Log } from "@teravoz/runtime";
import { type Board, NotYet } from "../reports/board.ts";
import type { Deliveries } from "../reports/deliveries.ts";
import type { LiveReport } from "../reports/report-subscriptions.ts";
import type { CountStats } from "../reports/stats.ts";
import type { System } from "../system/system.ts";
import { answer, callList, eventList, failed, type Message } from "./messages.ts";
import { type Command, commandKey, type ReportSubject } from "./protocol.ts";
import { createSingleFlight } from "./single-flight.ts";
import type { Clock } from "./throttle.ts";

/**
 * The maximum number of body bytes in one answer. A browser parses them in well under 100 ms, and a socket holds one
 * such answer at a time.
 */
const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/** The message for the client. If a subscription succeeded, also the calls or the report in it. */
export type Answer = { message: Message; calls: readonly Call[] | null; report?: LiveReport };

/**
 * Answers a command with the result of a query that began after the command arrived. Equal commands share the query and
 * its encoded answer. Never rejects.
 */
export type AnswerCommand = (command: Command) => Promise<Answer>;

/** The sources of the answers. */
type Sources = {
  queries: CallQueries;
  board: Board;
  countStats: CountStats;
  system: Pick<System, "report">;
  deliveries: Deliveries;
};

type Deps = Sources & { log: Log; onUnavailable: () => void; clock: Clock };

/**
 * Creates the answers to all commands. `onUnavailable` is called for each query that failed because the database is
 * away.
 */
export function createAnswers(deps: Deps): AnswerCommand {
  const share = createSingleFlight<Answer>(deps.clock);
  const refuse = (command: Command, error: unknown): Answer => {
    if (error instanceof Unavailable) {
      // a slow query of the past does not mean that the board is outdated
      if (command.event !== "Rewind") deps.onUnavailable();
    } else if (!isClients(error)) deps.log.error({ err: error, name: command.event }, "query failed");
    return { message: failed(command.event, reasonOf(error)), calls: null };
  };
  const ask = (command: Command) => query(deps, command).catch((error: unknown) => refuse(command, error));
  return (command) => share(commandKey(command), () => ask(command));
}

async function query(sources: Sources, command: Command): Promise<Answer> {
  const { queries, board, countStats, deliveries, system } = sources;
  switch (command.event) {
    case "ListCalls": {
      const { filter, legs: _, ...page } = command;
      const found = await queries.listCalls(filter, page);
      return { message: callList(command.event, found, command), calls: null };
    }
    case "ListCallEvents": {
      const { call_id, limit, cursor } = command;
      const page = await queries.listCallEvents(call_id, { limit, bytes: MAX_EVENT_BYTES, cursor });
      return { message: eventList(page), calls: null };
    }
    case "ListQueues":
      return { message: answer(command.event, await board.queues(command.minutes)), calls: null };
    case "ListAgents":
      return { message: answer(command.event, await board.agents(command.minutes)), calls: null };
    case "ListQueueDay":
      return { message: answer(command.event, await board.queueDay(command.queue)), calls: null };
    case "ListAbandoned":
      return { message: answer(command.event, await board.abandoned(command)), calls: null };
    case "ListStats":
      return { message: answer(command.event, await countStats(command.minutes)), calls: null };
    case "Rewind":
      return { message: answer(command.event, await board.rewound(command)), calls: null };
    case "SubscribeQueues": {
      const report = await board.queues(command.minutes);
      return { message: answer(command.event, report), calls: null, report };
    }
    case "SubscribeAgents": {
      const report = await board.agents(command.minutes);
      return { message: answer(command.event, report), calls: null, report };
    }
    case "ListSystem":
      return { message: answer(command.event, await system.report(command.minutes)), calls: null };
    case "ListDeliveries": {
      const { event, ...asked } = command;
      const page = await deliveries.list(asked);
      return { message: answer(event, page.report, page.next), calls: null };
    }
    case "ShowDelivery":
      return { message: answer(command.event, await deliveries.body(command.id)), calls: null };
    case "ShowNumber":
      return { message: answer(command.event, command.telephone), calls: null };
    case "Subscribe": {
      const { filter, legs: _, ...page } = command;
      const found = await queries.listCalls(filter, { ...page, cursor: null });
      // a subscription has no next page: changes follow instead
      return { message: callList(command.event, { ...found, next: null }, command), calls: found.items };
    }
  }
}

/** The current report of a subscription. */
export const countReport = (board: Board, { event, minutes }: ReportSubject): Promise<LiveReport> =>
  event === "SubscribeQueues" ? board.queues(minutes) : board.agents(minutes);

/** Returns whether the client can avoid the error by asking for something else. */
const isClients = (error: unknown): error is Error =>
  error instanceof InvalidCursor || error instanceof NotYet || error instanceof TooLarge;

function reasonOf(error: unknown): string {
  if (error instanceof Unavailable) return SOCKET_ERRORS.unavailable.text;
  return isClients(error) ? error.message : SOCKET_ERRORS.internal.text;
}
