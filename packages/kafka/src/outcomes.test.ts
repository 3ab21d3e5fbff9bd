import { expect, test } from "@jest/globals";
import { type Ends, readOutcomes } from "./outcomes.ts";

const sent = (topic: string, partition: number) => ({ topic, message: { value: null, partition } });
const flight = [sent("calls", 0), sent("calls", 1), sent("calls", 1), sent("agents", 0)];
const answer = (topicName: string, partition: number, base = 0, errorCode = 0) => ({
  errorCode,
  topicName,
  partition,
  baseOffset: String(base),
});
/** The error of each place of the flight. */
const errorsOf = (flown: typeof flight, answers: ReturnType<typeof answer>[], ends: Ends = new Map()) =>
  readOutcomes(flown, answers, ends).map(({ error }) => error);
const all = (base: number) => [answer("calls", 1, base), answer("agents", 0, base), answer("calls", 0, base)];

test("a batch is acknowledged when each of its partitions was answered", () => {
  expect(errorsOf(flight, all(0))).toEqual([null, null, null]);
});

test("a partition that was not answered is not acknowledged, the others are: its leader moved and kafkajs did not send again", () => {
  const some = [answer("calls", 0), answer("agents", 0)];
  expect(readOutcomes(flight, some, new Map())).toEqual([
    { place: "calls:0", records: [flight[0]], error: null },
    { place: "calls:1", records: [flight[1], flight[2]], error: "NOT_ANSWERED" },
    { place: "agents:0", records: [flight[3]], error: null },
  ]);
  expect(errorsOf(flight, [])).toEqual(Array(3).fill("NOT_ANSWERED"));
});

test("a partition that was answered with an error fails by its name, the others are acknowledged", () => {
  const answers = [answer("calls", 0, -1, 29), answer("calls", 1), answer("agents", 0, -1, 10)];
  expect(errorsOf(flight, answers)).toEqual(["TOPIC_AUTHORIZATION_FAILED", null, "MESSAGE_TOO_LARGE"]);
});

test("a batch that is answered with the offset of an earlier one is not acknowledged: the broker took it for that one", () => {
  const ends: Ends = new Map();
  errorsOf(flight, all(7), ends);
  // two records went to calls-1: the next free offset is 9
  const [one] = [[sent("calls", 1)]];
  expect(errorsOf(one, [answer("calls", 1, 8)], ends)).toEqual(["OFFSET_OF_AN_EARLIER_BATCH"]);
  expect(errorsOf(one, [answer("calls", 1, -1)], ends)).toEqual(["OFFSET_OF_AN_EARLIER_BATCH"]);
  expect(errorsOf(one, [answer("calls", 1, 9)], ends)).toEqual([null]);
});

test("of two brokers that both wrote a partition the later one counts", () => {
  const ends: Ends = new Map();
  errorsOf([sent("calls", 0)], [answer("calls", 0, 5), answer("calls", 0, 4)], ends);
  expect(errorsOf([sent("calls", 0)], [answer("calls", 0, 5)], ends)).toEqual(["OFFSET_OF_AN_EARLIER_BATCH"]);
});
