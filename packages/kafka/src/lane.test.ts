import { expect, test } from "@jest/globals";
import { demandAnswers } from "./lane.ts";

const sent = (topic: string, partition: number) => ({ topic, message: { value: null, partition } });
const flight = [sent("calls", 0), sent("calls", 1), sent("calls", 1), sent("agents", 0)];
const answer = (topicName: string, partition: number) => ({ topicName, partition });

test("a batch is acknowledged when each of its partitions was answered", () => {
  const all = [answer("calls", 1), answer("agents", 0), answer("calls", 0)];
  expect(() => demandAnswers(flight, all)).not.toThrow();
});

test("a partition that nobody answered for is not acknowledged: its leader moved and kafkajs did not send again", () => {
  expect(() => demandAnswers(flight, [answer("calls", 0), answer("agents", 0)])).toThrow("2 records");
  expect(() => demandAnswers(flight, [])).toThrow("4 records");
});
