import { expect, test } from "@jest/globals";
import { instanceStateOf, isGone, missingServices } from "./service-status.ts";

test("an instance that missed three reports is silent, whatever state it reported last", () => {
  for (const state of ["ready", "unready"] as const) {
    expect(instanceStateOf({ state }, 29_999, 10_000)).toBe(state);
    expect(instanceStateOf({ state }, 30_000, 10_000)).toBe("silent");
    expect(instanceStateOf({ state }, 2_999, 1_000)).toBe(state);
    expect(instanceStateOf({ state }, 3_000, 1_000)).toBe("silent");
  }
});

test("an instance that reported its stop is not silent, and is no longer shown after a minute", () => {
  expect(instanceStateOf({ state: "stopped" }, 59_999, 10_000)).toBe("stopped");
  expect(isGone({ state: "stopped" }, 59_999)).toBe(false);
  expect(isGone({ state: "stopped" }, 60_000)).toBe(true);
});

test("a silent instance is shown for ten minutes", () => {
  expect(isGone({ state: "ready" }, 599_999)).toBe(false);
  expect(isGone({ state: "ready" }, 600_000)).toBe(true);
});

test("a service is missing if none of its instances is running, ready or not", () => {
  expect(missingServices([])).toEqual(["ingest", "projector", "realtime"]);
  const instances = [
    { service: "ingest", standing: "unready" as const },
    { service: "projector", standing: "silent" as const },
    { service: "realtime", standing: "stopped" as const },
    { service: "realtime", standing: "ready" as const },
  ];
  expect(missingServices(instances)).toEqual(["projector"]);
});
