import { InvalidCursor } from "@teravoz/domain";
import {
  COMMAND_NAMES,
  COMMANDS,
  type CommandName,
  failure,
  type More,
  PUSH_NAMES,
  PUSHES,
  type PushName,
  readCommand,
  SOCKET_ERRORS,
} from "../src/index.ts";
import { COMMAND_EXAMPLES, PUSH_EXAMPLES } from "./examples/messages.ts";
import { type Field, fieldsOf, type Schema, schemaOf, typeOf, typeOfParameter } from "./fields.ts";
import { describeAnswer } from "./shapes.ts";
import { blocks, code, codeBlock, type Entry, json, list, paragraph } from "./text.ts";

export const describeCommands = (): string => blocks(...COMMAND_NAMES.map(describeCommand));

function describeCommand(name: CommandName): string {
  const { doc, data, answer, ...command } = COMMANDS[name];
  const more: readonly (keyof More)[] = "more" in command ? command.more : [];
  const pushes: readonly PushName[] = "pushes" in command ? command.pushes : [];
  return blocks(
    `#### ${name}`,
    paragraph(doc),
    describeParameters(name, schemaOf(data, "input")),
    describeAnswer("The `data` of the answer", answer),
    more.length > 0 ? paragraph(more.map((key) => MORE[key]).join(" ")) : "",
    pushes.length > 0
      ? paragraph(`The server then sends ${pushes.map((each) => `\`${each}\``).join(" and ")}.`)
      : "",
    codeBlock("", exampleOf(name)),
  );
}

/** The further keys of envelopes. */
const MORE: Record<keyof More, string> = {
  next: 'If there are more entries, `"next"` beside the `status` is the `cursor` of the next page.',
  cut: '`"cut": true` beside the `status` says that the search matched more numbers or agents than the server looks up, so calls are missing.',
  left: '`"left": true` beside the `status` says that the call no longer meets the conditions of the subscription. The server sends this once.',
};

function describeParameters(name: CommandName, schema: Schema): string {
  const entries = fieldsOf(schema).map((field) => {
    const required = isRequired(name, field) ? ["Required."] : [];
    const description = [field.schema.description ?? "", ...required, ...faultOf(name, field)].join(" ");
    return { term: code(field.name), type: typeOfParameter(field), description };
  });
  return blocks(
    entries.length > 0 ? "Its parameters:" : "It has no parameters.",
    list(entries),
    ...COMBINATIONS.flatMap((data) => {
      const isKnown = Object.keys(data).every((key) => key in (schema.properties ?? {}));
      const read = isKnown ? readCommand(name, data) : { data };
      return "fault" in read ? [`Also refused: ${code(read.fault)}.`] : [];
    }),
  );
}

function isRequired(command: CommandName, { name }: Field): boolean {
  const { [name]: _, ...others } = COMMAND_EXAMPLES[command].data as Record<string, unknown>;
  return "fault" in readCommand(command, others);
}

/** Parameters that are valid one by one and invalid together. */
const COMBINATIONS: readonly Record<string, unknown>[] = [
  { since: "2026-11-25T11:00:00Z", until: "2026-11-25T10:00:00Z" },
  { minutes: 30, days: 1 },
];

/** The error that the server answers to a wrong value. */
function faultOf(command: CommandName, { name }: Field): string[] {
  const [outer, inner] = name.split(".");
  const wrong = outer === "params" ? (inner ? { [inner]: [] } : false) : [];
  const read = readCommand(command, { ...COMMAND_EXAMPLES[command].data, [outer!]: wrong });
  return "fault" in read ? [`Refused with ${code(read.fault)}.`] : [];
}

/** The envelopes of a command and its answer, as examples. */
export function envelopesOf(name: CommandName): [sent: object, got: object] {
  const { data, answer, more } = COMMAND_EXAMPLES[name];
  return [
    { event: name, data },
    { data: answer, event: name, status: "Ok", ...more },
  ];
}

function exampleOf(name: CommandName): string {
  const [sent, got] = envelopesOf(name);
  return `> ${json(sent, "", 2)}\n< ${json(got, "", 2)}`;
}

export const describePushes = (): string =>
  blocks(
    ...PUSH_NAMES.map((name) => {
      const { doc, data, ...push } = PUSHES[name];
      const keys: readonly (keyof More)[] = "more" in push ? push.more : [];
      const { more, ...example } = PUSH_EXAMPLES[name];
      return blocks(
        `#### ${name}`,
        paragraph(doc),
        describeAnswer("Its `data`", data),
        keys.length > 0 ? paragraph(keys.map((key) => MORE[key]).join(" ")) : "",
        codeBlock("", `< ${json({ ...example, event: name, status: "Ok", ...more }, "", 2)}`),
      );
    }),
  );

export function describeErrors(): string {
  const shared = Object.values(SOCKET_ERRORS).map(({ text, reason }) => ({
    term: code(text),
    description: reason,
  }));
  const fields = fieldsOf(schemaOf(failure, "output")).map(({ name, schema }) => ({
    term: `\`${name}\``,
    type: typeOf(schema),
    description: schema.description ?? "",
  }));
  const read = readCommand("ListCalls", { limit: 0 });
  const error = "fault" in read ? read.fault : "";
  const example = { data: { success: false, error }, event: "ListCalls", status: "Failed" };
  return blocks(
    paragraph(
      "A command that fails is answered with its own `event`, the `status` `Failed` and this `data`:",
    ),
    list(fields),
    codeBlock("", `> ${json({ event: "ListCalls", data: { limit: 0 } })}\n< ${json(example)}`),
    paragraph("A wrong parameter is refused with the text beside it in the lists above. The other errors:"),
    list([...shared, ...EMERGENT]),
  );
}

/** Errors whose text depends on the command. */
const EMERGENT: readonly Entry[] = [
  { term: "`data must be an object`", description: "The parameters are not a JSON object." },
  {
    term: "`data may hold only …`, `params may hold only …`",
    description: "A parameter does not exist or is in the wrong place.",
  },
  {
    term: "`unknown event …: use one of …`",
    description: "The command does not exist. The answer's event is `InvalidEvent`.",
  },
  {
    term: code(new InvalidCursor().message),
    description: "The `cursor` is not the `next` value of an earlier page of the same list.",
  },
  {
    term: "`too many events: choose another moment`",
    description: "`Rewind` would need more than fits into memory.",
  },
];
