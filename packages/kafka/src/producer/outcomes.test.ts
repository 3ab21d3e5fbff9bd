import { expect, test } from "@jest/globals";
import { readOutcomes } from "./outcomes.ts";

const sent = (topic: string, partition: number) => ({ topic, message: { value: null, partition } });
const flight = [sent("calls", 0), sent("calls", 1), sent("calls", 1), sent("agents", 0)];
const answer = (topicName: string, partition: number, errorCode = 0) => ({ errorCode, topicName, partition });
/** Returns the error of each partition of the batch. */
const errorsOf = (answers: ReturnType<typeof answer>[]) =>
  readOutcomes(flight, answers).map(({ error }) => error);
const all = [answer("calls", 1), answer("agents", 0), answer("calls", 0)];

test("a batch is acknowledged if each of its partitions was answered", () => {
  expect(errorsOf(all)).toEqual([null, null, null]);
});

test("a partition without an answer is not acknowledged and the others are, as when its leader moved and kafkajs did not send again", () => {
  const some = [answer("calls", 0), answer("agents", 0)];
  expect(readOutcomes(flight, some)).toEqual([
    { destination: "calls:0", records: [flight[0]], error: null },
    { destination: "calls:1", records: [flight[1], flight[2]], error: "NOT_ANSWERED" },
    { destination: "agents:0", records: [flight[3]], error: null },
  ]);
  expect(errorsOf([])).toEqual(Array(3).fill("NOT_ANSWERED"));
});

test("a partition that was answered with an error gets the error's name, and the others are acknowledged", () => {
  const answers = [answer("calls", 0, 29), answer("calls", 1), answer("agents", 0, 10)];
  expect(errorsOf(answers)).toEqual(["TOPIC_AUTHORIZATION_FAILED", null, "MESSAGE_TOO_LARGE"]);
});
