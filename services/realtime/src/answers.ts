import { type Call, type CallQueries, InvalidCursor, Unavailable } from "@teravoz/domain";
import type { Log } from "@teravoz/runtime";
import type { Board } from "./board.ts";
import { callList, eventList, failed, type Message, report } from "./messages.ts";
import { type Command, commandKey } from "./protocol.ts";
import { createSingleFlight } from "./single-flight.ts";
import type { Clock } from "./throttle.ts";

/** A page of bodies: a browser parses it in well under 100 ms, and a socket holds one at a time. */
const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/** What a command comes to: the message for the client, and for a Subscribe that succeeded the calls in it. */
export type Answer = { message: Message; calls: readonly Call[] | null };

/** Answers by a query that began after the call; equal commands share it and its encoding. Never rejects. */
export type AnswerCommand = (command: Command) => Promise<Answer>;

/** What answers are made of. */
type Sources = {
  queries: CallQueries;
  board: Board;
};

type Deps = Sources & { log: Log; onUnavailable: () => void; clock: Clock };

/** `onUnavailable` hears of each query that failed because the database is away. */
export function createAnswers(deps: Deps): AnswerCommand {
  const share = createSingleFlight<Answer>(deps.clock);
  const refuse = (command: Command, error: unknown): Answer => {
    if (error instanceof Unavailable) deps.onUnavailable();
    else if (!(error instanceof InvalidCursor))
      deps.log.error({ err: error, name: command.event }, "query failed");
    return { message: failed(command.event, reasonOf(error)), calls: null };
  };
  const answer = (command: Command) => query(deps, command).catch((error: unknown) => refuse(command, error));
  return (command) => share(commandKey(command), () => answer(command));
}

async function query({ queries, board }: Sources, command: Command): Promise<Answer> {
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
    case "ListAbandoned":
      return { message: report(command.event, await board.abandoned(command.minutes)), calls: null };
    case "Subscribe": {
      const { filter, ...page } = command;
      const { items } = await queries.listCalls(filter, { ...page, cursor: null });
      // what is beyond the limit is not followed by a next page: the view goes on with deltas
      return { message: callList(command.event, { items, next: null }), calls: items };
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Unavailable) return "unavailable, try again";
  return error instanceof InvalidCursor ? error.message : "internal error";
}
