import { expect, test } from "@jest/globals";
import { COMMANDS, PUSHES } from "@teravoz/protocol";
import { sampleCall, sampleVisit } from "../../testing/sample-calls.ts";
import { callChanged, callLeft, callList, type Message } from "./messages.ts";

const call = sampleCall({ legs: [sampleVisit({ queue: "900" }), sampleVisit({ queue: "901" })] });
const visits = JSON.parse(JSON.stringify(call.legs));
const page = { items: [call], next: null };

type Choice = { legs?: false };

/** The messages that carry a call: the schema of their data, and the message for a client with this choice. */
const MESSAGES = [
  ["ListCalls", COMMANDS.ListCalls.answer, (choice: Choice) => callList("ListCalls", page, choice)],
  ["Subscribe", COMMANDS.Subscribe.answer, (choice: Choice) => callList("Subscribe", page, choice)],
  ["CallChanged", PUSHES.CallChanged.data, (choice: Choice) => callChanged(call, choice)],
  ["the last CallChanged", PUSHES.CallChanged.data, (choice: Choice) => callLeft(call, choice)],
] as const;

const dataOf = ({ body }: Message) => JSON.parse(body).data;

test.each(MESSAGES)(
  "a call in %s has its visits, the same list as `legs`, and no field that its schema does not know",
  (_, schema, messageFor) => {
    const data = dataOf(messageFor({}));
    const [sent] = [data].flat();
    expect([sent.visits, sent.legs]).toEqual([visits, visits]);
    expect(schema.parse(data)).toEqual(data);
  },
);

test.each(MESSAGES)(
  "a call in %s has its visits and no `legs` if the client declined them",
  (_, schema, messageFor) => {
    const data = dataOf(messageFor({ legs: false }));
    const [sent] = [data].flat();
    expect(sent.visits).toEqual(visits);
    expect(sent).not.toHaveProperty("legs");
    expect(schema.parse(data)).toEqual(data);
  },
);

test("a call without visits has an empty list", () => {
  expect(dataOf(callChanged(sampleCall(), {}))).toMatchObject({ visits: [], legs: [] });
});
