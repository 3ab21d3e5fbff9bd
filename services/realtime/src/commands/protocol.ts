import {
  type CallFilter,
  type CallWindow,
  readSearch,
  type SearchAccount,
  type Telephone,
} from "@teravoz/domain";
import {
  COMMAND_NAMES,
  type CommandData,
  type CommandName,
  isCommandName,
  isPlainObject,
  readCommand,
  unknownEvent,
} from "@teravoz/protocol";
import { type CallForm, failed, type Message } from "./messages.ts";

/** A message of a client before its parameters are read. */
export type Request = { event: string; data: unknown };

/** The calls of a list or a subscription. Without `order` they are sorted by id. */
export type AskedCalls = CallForm & {
  filter: CallFilter;
  window?: CallWindow;
  order?: "began_at";
  limit: number;
};

/** The commands whose parameters depend on the account's numbers and queues, in their final form. */
type AccountCommands = {
  ListCalls: AskedCalls & { cursor: string | null };
  Subscribe: AskedCalls;
  /** Null if the text is not a telephone number. */
  ShowNumber: { telephone: Telephone | null };
};

/** A command with its parameters. */
export type Command = {
  [N in CommandName]: { event: N } & (N extends keyof AccountCommands ? AccountCommands[N] : CommandData<N>);
}[CommandName];

/** The report that a subscription follows, and its window. */
export type ReportSubject = Extract<Command, { event: "SubscribeQueues" | "SubscribeAgents" }>;

/** Reads a text frame `{"event","data"}`. Returns null if it is not a message. Never throws. */
export function parseFrame(text: string): Request | null {
  const value = parseJson(text);
  if (!isPlainObject(value) || typeof value.event !== "string") return null;
  return { event: value.event, data: value.data };
}

/**
 * Reads a command, or returns the message that refuses it: InvalidEvent or Failed. Never throws. Numbers and search
 * terms become the values that the account's calls are compared with.
 */
export function parseCommand(
  { event, data }: Request,
  account: SearchAccount,
): { command: Command } | { refusal: Message } {
  if (!isCommandName(event)) return { refusal: failed("InvalidEvent", unknownEvent(event, COMMAND_NAMES)) };
  const read = readCommand(event, data);
  if ("fault" in read) return { refusal: failed(event, read.fault) };
  return { command: fitToAccount({ event, ...read.data } as ReadCommand, account) };
}

/** The key of a command. Equal commands have equal keys, in any spelling of their parameters. */
export const commandKey = (command: Command): string => JSON.stringify(command);

type ReadCommand = { [N in CommandName]: { event: N } & CommandData<N> }[CommandName];

function fitToAccount(command: ReadCommand, account: SearchAccount): Command {
  switch (command.event) {
    case "ListCalls":
      return { event: command.event, ...askedCalls(command, account), cursor: command.cursor };
    case "Subscribe":
      return { event: command.event, ...askedCalls(command, account) };
    case "ShowNumber":
      return { event: command.event, telephone: account.readTelephone(command.number) };
    default:
      return command;
  }
}

function askedCalls(
  { params, since, until, order, limit, legs }: CommandData<"Subscribe">,
  account: SearchAccount,
): AskedCalls {
  const window = given({ since, until });
  return {
    filter: filterOf(params, account),
    ...(since || until ? { window } : {}),
    ...(order === "began_at" ? { order } : {}),
    ...(legs === false ? { legs } : {}),
    limit,
  };
}

/**
 * Builds the filter. A text that is not a number equals no call's number, just as an unknown `counted_as` equals none
 * of its kinds.
 */
function filterOf(
  { number, search, ...fields }: CommandData<"Subscribe">["params"],
  account: SearchAccount,
): CallFilter {
  const prepared = {
    ...fields,
    number: number === undefined ? undefined : (account.readTelephone(number)?.canonical ?? ""),
    search: search === undefined ? undefined : readSearch(search, account),
  };
  return given(prepared) as CallFilter;
}

/** Returns the fields that have a value. */
const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
