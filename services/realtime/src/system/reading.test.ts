import { expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createReading } from "./reading.ts";

function open() {
  const clock = createManualClock();
  const begun: PromiseWithResolvers<number>[] = [];
  const read = () => {
    const each = Promise.withResolvers<number>();
    begun.push(each);
    return each.promise;
  };
  return { clock, begun, ask: createReading({ read, freshMs: 2_000, limitMs: 1_500, clock }) };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("any number of requests cause one read in two seconds", async () => {
  const { clock, begun, ask } = open();
  const asked = [ask(), ask()];
  begun[0]!.resolve(1);
  expect(await Promise.all(asked)).toEqual([1, 1]);
  clock.advance(1_999);
  expect(await ask()).toBe(1);
  clock.advance(1);
  const next = ask();
  begun[1]!.resolve(2);
  expect(await next).toBe(2);
  expect(begun).toHaveLength(2);
});

test("no request waits longer than the limit, and no second read begins while the first hangs", async () => {
  const { clock, begun, ask } = open();
  const asked = ask();
  clock.advance(1_500);
  await expect(asked).rejects.toThrow(Unavailable);
  clock.advance(10_000);
  const again = ask();
  expect(begun).toHaveLength(1);
  begun[0]!.resolve(3);
  expect(await again).toBe(3);
  await settled();
  void ask();
  expect(begun).toHaveLength(2);
});

test("a failure is shared like a result, and the read is tried again when it is no longer fresh", async () => {
  const { clock, begun, ask } = open();
  const asked = ask();
  begun[0]!.reject(new Error("away"));
  await expect(asked).rejects.toThrow("away");
  await expect(ask()).rejects.toThrow("away");
  clock.advance(2_000);
  const again = ask();
  begun[1]!.resolve(4);
  expect(await again).toBe(4);
});
