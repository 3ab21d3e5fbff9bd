import { expect, test } from "@jest/globals";
import { Registry } from "prom-client";
import { createAnswerCounter } from "./answer-counter.ts";

const MINUTE = 60_000;

function open() {
  const clock = { ms: 10 * MINUTE };
  const registry = new Registry();
  const counter = createAnswerCounter(
    { name: "answers_total", help: "answers", registers: [registry] },
    () => clock.ms,
  );
  return { clock, registry, counter };
}
const minute = (n: number) => new Date(n * MINUTE);

test("answers are counted by status, in total and per minute", async () => {
  const { clock, registry, counter } = open();
  for (const status of [200, 200, 422]) counter.count(status);
  clock.ms += MINUTE + 5;
  counter.count(200);
  expect(counter.unreported()).toEqual([
    { minute: minute(10), status: 200, count: 2 },
    { minute: minute(10), status: 422, count: 1 },
    { minute: minute(11), status: 200, count: 1 },
  ]);
  for (let scrape = 0; scrape < 2; scrape++) {
    const text = await registry.metrics();
    expect(text).toContain('answers_total{status="200"} 3');
    expect(text).toContain('answers_total{status="422"} 1');
  }
});

test("a minute is reported until a report was sent after its end", () => {
  const { clock, counter } = open();
  counter.count(200);
  counter.reported(new Date(clock.ms + MINUTE - 1));
  counter.count(200);
  expect(counter.unreported()).toEqual([{ minute: minute(10), status: 200, count: 2 }]);
  clock.ms += MINUTE;
  counter.count(503);
  counter.reported(new Date(clock.ms));
  expect(counter.unreported()).toEqual([{ minute: minute(11), status: 503, count: 1 }]);
});

test("only the last hour is kept while no report can be sent", () => {
  const { clock, counter } = open();
  for (let n = 0; n < 100; n++) {
    counter.count(503);
    clock.ms += MINUTE;
  }
  const kept = counter.unreported();
  expect(kept).toHaveLength(60);
  expect(kept[0]!.minute).toEqual(minute(50));
});
