import { expect, test } from "@jest/globals";
import type { ServiceStatus } from "@teravoz/domain";
import { createStatuses } from "./statuses.ts";

const status = (given: Partial<ServiceStatus> = {}): ServiceStatus => ({
  service: "ingest",
  instance: "one",
  at: new Date(0),
  started_at: new Date(0),
  version: "0.1.0",
  state: "ready",
  failing: [],
  figures: {},
  answers: [],
  refused: [],
  installation: "",
  ...given,
});

function open() {
  const clock = { ms: 1_000_000 };
  const statuses = createStatuses({ now: () => clock.ms, everyMs: 10_000 });
  const hear = (stamped: number, given: Partial<ServiceStatus> = {}) =>
    statuses.heard([{ status: status(given), stamped }]);
  const shown = () =>
    statuses.list().map(({ instance, standing, since }) => [instance, standing, since.getTime()]);
  return { clock, statuses, hear, shown };
}

test("an instance has the state of its last status, since the first status with that state", () => {
  const { hear, shown } = open();
  hear(990_000);
  hear(999_000);
  expect(shown()).toEqual([["one", "ready", 990_000]]);
  hear(1_000_000, { state: "unready" });
  expect(shown()).toEqual([["one", "unready", 1_000_000]]);
});

test("an instance without new statuses is silent since its last one, and is dropped after ten minutes", () => {
  const { clock, hear, shown } = open();
  hear(990_000);
  hear(1_000_000);
  clock.ms += 29_999;
  expect(shown()).toEqual([["one", "ready", 990_000]]);
  clock.ms += 1;
  expect(shown()).toEqual([["one", "silent", 1_000_000]]);
  clock.ms += 570_000;
  expect(shown()).toEqual([]);
});

test("a day that is read again changes nothing, and an instance long gone is not shown", () => {
  const { hear, shown } = open();
  hear(1_000_000, { state: "unready" });
  hear(990_000);
  hear(100_000, { instance: "yesterday's" });
  expect(shown()).toEqual([["one", "unready", 1_000_000]]);
});

test("a restarted container replaces the one that died", () => {
  const { hear, shown } = open();
  hear(900_000);
  hear(990_000, { started_at: new Date(5) });
  expect(shown()).toEqual([["one", "ready", 990_000]]);
});

test("a bounded number of instances is kept: those with the latest statuses", () => {
  const { clock, statuses } = open();
  const many = Array.from({ length: 2_100 }, (_, n) => ({
    status: status({ instance: `i${n}` }),
    stamped: clock.ms,
  }));
  statuses.heard(many);
  const names = statuses.list().map(({ instance }) => instance);
  expect(names).toHaveLength(2_000);
  expect(names).toContain("i2099");
  expect(names).not.toContain("i0");
});
