import { expect, test } from "@jest/globals";
import { createLog } from "@teravoz/runtime";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createCutOff } from "./cut-off.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

function start() {
  const clock = createManualClock();
  const world = { silentMs: 0, found: 0, following: true, anotherReady: true };
  const said: string[] = [];
  const cutOff = createCutOff({
    silence: () => ({ partition: 3, ms: world.silentMs }),
    isFollowing: () => world.following,
    feed: {
      reconcile: async (expects) => {
        said.push(expects ? "checks" : "reconciles");
        return world.found;
      },
    },
    gateway: {
      stale: (since) => void said.push(`stale ${since}`),
      fresh: () => void said.push("fresh"),
      closeGradually: (ms) => {
        said.push(`closes ${ms}`);
        return () => {};
      },
    },
    readiness: { announce: async () => {}, isAnotherReady: async () => world.anotherReady },
    isReady: async () => true,
    clock,
    now: clock.now,
    log: createLog("test", "silent"),
  });
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 250) {
      clock.advance(250);
      await settle();
    }
  };
  return { world, said, cutOff, pass };
}

test("a leader that is silent for 5 s makes boards stale and the instance not ready; after its answer, a comparison ends that", async () => {
  const { world, said, cutOff, pass } = start();
  world.silentMs = 5_000;
  await pass(250);
  expect([said, cutOff.check()]).toEqual([[], { ok: true }]);
  world.silentMs = 5_100;
  await pass(250);
  expect(said).toEqual(["stale -4600", "reconciles"]);
  expect(cutOff.check()).toMatchObject({ ok: false });
  world.silentMs = 0;
  await pass(250);
  expect(said.slice(2)).toEqual(["reconciles", "fresh"]);
  expect(cutOff.check()).toEqual({ ok: true });
});

test("a consumer that fetches but has no position yet does not end the stale state", async () => {
  const { world, said, pass } = start();
  world.silentMs = 6_000;
  await pass(250);
  Object.assign(world, { silentMs: 0, following: false });
  await pass(2_000);
  expect(said).not.toContain("fresh");
});

test("comparisons run every 5 s while cut off, otherwise every 30 s", async () => {
  const { world, said, pass } = start();
  await pass(61_000);
  expect(said).toEqual(["checks", "checks"]);
  world.silentMs = 6_000;
  await pass(11_000);
  expect(said.filter((each) => each === "reconciles")).toHaveLength(3);
});

test.each([
  { found: 0, anotherReady: true, closed: 0 },
  { found: 1, anotherReady: false, closed: 0 },
  { found: 1, anotherReady: true, closed: 1 },
])(
  "after 15 s, with $found unnotified changes and another ready = $anotherReady, sockets are closed $closed times",
  async ({ closed, ...given }) => {
    const { world, said, pass } = start();
    Object.assign(world, given, { silentMs: 6_000 });
    await pass(8_000);
    expect(said).not.toContain("closes 5000");
    await pass(30_000);
    expect(said.filter((each) => each === "closes 5000")).toHaveLength(closed);
  },
);
