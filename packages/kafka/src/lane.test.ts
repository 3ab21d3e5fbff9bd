import { expect, test } from "@jest/globals";
import { demandAnswers, type Ends } from "./lane.ts";

const sent = (topic: string, partition: number) => ({ topic, message: { value: null, partition } });
const flight = [sent("calls", 0), sent("calls", 1), sent("calls", 1), sent("agents", 0)];
const answer = (topicName: string, partition: number, base = 0) => ({
  topicName,
  partition,
  baseOffset: String(base),
});
const all = (base: number) => [answer("calls", 1, base), answer("agents", 0, base), answer("calls", 0, base)];

test("a batch is acknowledged when each of its partitions was answered", () => {
  expect(() => demandAnswers(flight, all(0), new Map())).not.toThrow();
});

test("a partition that nobody answered for is not acknowledged: its leader moved and kafkajs did not send again", () => {
  const some = [answer("calls", 0), answer("agents", 0)];
  expect(() => demandAnswers(flight, some, new Map())).toThrow("2 records");
  expect(() => demandAnswers(flight, [], new Map())).toThrow("4 records");
});

test("a batch that is answered with the offset of an earlier one is not acknowledged: the broker took it for that one", () => {
  const ends: Ends = new Map();
  demandAnswers(flight, all(7), ends);
  // two records went to calls-1: the next free offset is 9
  expect(() => demandAnswers([sent("calls", 1)], [answer("calls", 1, 8)], ends)).toThrow("earlier batch");
  expect(() => demandAnswers([sent("calls", 1)], [answer("calls", 1, -1)], ends)).toThrow("earlier batch");
  expect(() => demandAnswers([sent("calls", 1)], [answer("calls", 1, 9)], ends)).not.toThrow();
});

test("of two brokers that both wrote a partition the later one counts", () => {
  const ends: Ends = new Map();
  demandAnswers([sent("calls", 0)], [answer("calls", 0, 5), answer("calls", 0, 4)], ends);
  expect(() => demandAnswers([sent("calls", 0)], [answer("calls", 0, 5)], ends)).toThrow("earlier batch");
});
