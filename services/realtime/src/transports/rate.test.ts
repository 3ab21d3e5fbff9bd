import { expect, test } from "@jest/globals";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createRate } from "./rate.ts";

const admitted = (mayCome: () => boolean, count: number) =>
  Array.from({ length: count }, mayCome).filter(Boolean).length;

test("the clients of one second may connect in one burst, further ones at the same rate, and a pause allows no larger burst", () => {
  const clock = createManualClock();
  const mayCome = createRate(clock, 100);
  expect(admitted(mayCome, 1_000)).toBe(100);
  clock.advance(500);
  expect(admitted(mayCome, 1_000)).toBe(50);
  clock.advance(60_000);
  expect(admitted(mayCome, 1_000)).toBe(100);
});
