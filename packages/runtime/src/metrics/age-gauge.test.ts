import { expect, jest, test } from "@jest/globals";
import { Registry } from "prom-client";
import { createAgeGauge } from "./age-gauge.ts";

const open = () => {
  const registry = new Registry();
  const age = createAgeGauge({
    registers: [registry],
    name: "age_seconds",
    help: "h",
    labelNames: ["place"],
  });
  const read = async () => {
    const [metric] = await registry.getMetricsAsJSON();
    return new Map(metric!.values.map(({ labels, value }) => [labels.place, value]));
  };
  return { age, read };
};

test("the age of a waiting record grows without an update", async () => {
  const { age, read } = open();
  const clock = jest.spyOn(Date, "now").mockReturnValue(100_000);
  age.since({ place: "a" }, 40_000);
  expect((await read()).get("a")).toBe(60);
  clock.mockReturnValue(130_000);
  expect((await read()).get("a")).toBe(90);
  clock.mockRestore();
});

test("an age that was set does not grow, and a removed age is not reported", async () => {
  const { age, read } = open();
  age.since({ place: "a" }, Date.now() - 60_000);
  age.set({ place: "a" }, 0);
  age.since({ place: "b" }, Date.now());
  age.remove({ place: "b" });
  expect(await read()).toEqual(new Map([["a", 0]]));
});

test("a timestamp of a clock that is ahead gives age 0, not a negative age", async () => {
  const { age, read } = open();
  age.since({ place: "a" }, Date.now() + 60_000);
  expect((await read()).get("a")).toBe(0);
});
