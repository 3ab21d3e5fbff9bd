import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { createLog } from "@teravoz/runtime";
import { EVENTS } from "../../../../test/support/stack/fake-kafka.ts";
import {
  type Assignment,
  createMembership,
  type Member,
  type MemberLife,
  memberOptions,
} from "./membership.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

type FakeConsumer = EventEmitter & MemberLife;

/**
 * Opens a membership whose consumers emit nothing on their own. `connect` receives the number of the member, from 1 on.
 */
function openMembership(
  sessionTimeoutMs = 10_000,
  prepare: () => Promise<Assignment> = async () => ({}),
  connect: (member: number) => Promise<void> = async () => {},
) {
  const members: FakeConsumer[] = [];
  const dropped: EventEmitter[] = [];
  const admin = { connects: 0, disconnects: 0 };
  const crashes: unknown[] = [];
  const runs: unknown[] = [];
  const nothing = async () => {};
  const open = (life: MemberLife) => {
    const consumer = Object.assign(new EventEmitter(), { events: EVENTS, ...life });
    const number = members.push(consumer);
    const quiet = { connect: nothing, subscribe: nothing, disconnect: nothing };
    const disconnect = async () => void dropped.push(consumer);
    Object.assign(consumer, quiet, { disconnect, connect: () => connect(number) });
    const disconnectAdmin = async () => void admin.disconnects++;
    return {
      groupId: "g",
      consumer,
      admin: { connect: async () => void admin.connects++, disconnect: disconnectAdmin },
    } as unknown as Member;
  };
  const log = createLog("test", "silent");
  const deps = {
    open,
    topics: ["t"],
    sessionTimeoutMs,
    run: async ({ consumer }: Member) => void runs.push(consumer),
    prepare,
    log,
    onCrash: (error: unknown) => void crashes.push(error),
  };
  return { members, dropped, admin, crashes, runs, membership: createMembership(deps) };
}

const join = (member: EventEmitter, memberAssignment: Assignment = { t: [0] }) =>
  member.emit(EVENTS.GROUP_JOIN, { payload: { groupId: "g", memberAssignment } });

/** Advances the clock in steps of a second, each with a fetch, and with an answered heartbeat if `isHeard`. */
async function fetchFor(
  member: FakeConsumer,
  seconds: number,
  { isHeard = true }: { isHeard?: boolean } = {},
): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    member.emit(EVENTS.FETCH);
    if (isHeard) member.onHeard();
    await jest.advanceTimersByTimeAsync(1_000);
  }
}

test("a member in its group is kept as long as its heartbeats are answered", async () => {
  const { members, membership } = openMembership();
  join(members[0]!);
  await fetchFor(members[0]!, 300);
  expect(members).toHaveLength(1);
  expect(membership.check()).toEqual({ ok: true });
});

test("a member that is assigned no partition is ready", async () => {
  const { members, membership } = openMembership();
  join(members[0]!, {});
  await fetchFor(members[0]!, 1);
  expect(membership.check()).toEqual({ ok: true });
});

test("a member that keeps fetching without joining its group again is replaced by a new one", async () => {
  const { members, dropped, membership } = openMembership();
  join(members[0]!);
  members[0]!.emit(EVENTS.REBALANCING);
  await fetchFor(members[0]!, 30);
  expect(dropped).toEqual([]);
  await fetchFor(members[0]!, 15);
  expect(members).toHaveLength(2);
  join(members[1]!);
  await fetchFor(members[1]!, 1);
  expect(membership.check()).toEqual({ ok: true });
});

test("a member that keeps fetching and gets no answer to a heartbeat for 10 s is replaced by a new one", async () => {
  const { members, membership } = openMembership();
  join(members[0]!);
  await fetchFor(members[0]!, 9, { isHeard: false });
  await fetchFor(members[0]!, 1);
  await fetchFor(members[0]!, 9, { isHeard: false });
  expect(members).toHaveLength(1);
  // the watchdog checks every second, and a new member is opened a second later
  await fetchFor(members[0]!, 4, { isHeard: false });
  expect(members).toHaveLength(2);
  await membership.stop();
});

const crash = (member: EventEmitter, error: Error) => member.emit(EVENTS.CRASH, { payload: { error } });

test("a member that ends because a broker is not connected is replaced by a new one", async () => {
  const { members, crashes, membership } = openMembership();
  // kafkajs throws this error without a name
  crash(members[0]!, new Error("Broker not connected"));
  await jest.advanceTimersByTimeAsync(2_000);
  expect([members.length, crashes]).toEqual([2, []]);
  await membership.stop();
});

test("a member that ends with an error of a batch handler is not replaced", async () => {
  const { members, crashes, membership } = openMembership();
  const bug = new TypeError("x is not a function");
  crash(members[0]!, bug);
  await jest.advanceTimersByTimeAsync(2_000);
  expect([members.length, crashes]).toEqual([1, [bug]]);
  await membership.stop();
});

test("a member outside its group is replaced sooner if the session is shorter, but not before a join can have ended", async () => {
  const { members, dropped } = openMembership(4_000);
  join(members[0]!);
  members[0]!.emit(EVENTS.REBALANCING);
  await fetchFor(members[0]!, 12);
  expect(dropped).toEqual([]);
  await fetchFor(members[0]!, 11);
  expect(members).toHaveLength(2);
});

test("the default session of 10 s has room for three heartbeats, and a rebalance takes at most two sessions", () => {
  const { sessionTimeout, heartbeatInterval, rebalanceTimeout } = memberOptions(10_000);
  expect([sessionTimeout, heartbeatInterval, rebalanceTimeout]).toEqual([10_000, 3_000, 20_000]);
});

test("an admin whose connection refuses every request gets a new connection before the next try", async () => {
  const refused = async () => {
    if (admin.disconnects === 0) throw new Error("Broker not connected");
    return {};
  };
  const { members, admin, membership } = openMembership(10_000, refused);
  join(members[0]!);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(membership.isPrepared()).toBe(true);
});

test("an admin does not connect again after the stop", async () => {
  const refused = Promise.withResolvers<Assignment>();
  const { members, admin, membership } = openMembership(10_000, () => refused.promise);
  join(members[0]!);
  await jest.advanceTimersByTimeAsync(0);
  const stopped = membership.stop();
  refused.reject(new Error("Broker not connected"));
  await jest.advanceTimersByTimeAsync(5_000);
  await stopped;
  expect(admin.connects).toBe(1);
});

/**
 * Waits until a member that cannot connect is replaced: three sessions and 5 s, and the watchdog checks every second.
 */
const replaced = () => jest.advanceTimersByTimeAsync(40_000);

test("a member that connects after it was replaced does not join and is disconnected again", async () => {
  const connected = Promise.withResolvers<void>();
  const connect = async (member: number) => (member === 1 ? connected.promise : undefined);
  const { members, dropped, runs, membership } = openMembership(10_000, undefined, connect);
  await replaced();
  expect([members.length, runs]).toEqual([2, [members[1]]]);
  connected.resolve();
  await jest.advanceTimersByTimeAsync(0);
  expect(runs).toEqual([members[1]]);
  expect(dropped).toEqual([members[0], members[0]]);
  await membership.stop();
});

test("a member that connects after the stop does not join", async () => {
  const connected = Promise.withResolvers<void>();
  const { runs, membership } = openMembership(10_000, undefined, () => connected.promise);
  const stopped = membership.stop();
  await jest.advanceTimersByTimeAsync(5_000);
  await stopped;
  connected.resolve();
  await jest.advanceTimersByTimeAsync(0);
  expect(runs).toEqual([]);
});

test("the events of a replaced member change nothing", async () => {
  const { members, membership } = openMembership();
  crash(members[0]!, new Error("Broker not connected"));
  await jest.advanceTimersByTimeAsync(2_000);
  join(members[1]!, { t: [0, 1] });
  await jest.advanceTimersByTimeAsync(0);
  join(members[0]!, { t: [2] });
  expect(membership.assignment()).toEqual({ t: [0, 1] });
  members[0]!.emit(EVENTS.REBALANCING);
  await jest.advanceTimersByTimeAsync(0);
  expect([membership.partitions(), membership.check()]).toEqual([2, { ok: true }]);
  await membership.stop();
});

test("a member is wanted until it ends", async () => {
  const { members, membership } = openMembership();
  crash(members[0]!, new Error("Broker not connected"));
  await jest.advanceTimersByTimeAsync(500);
  expect(members[0]!.isWanted()).toBe(false);
  await jest.advanceTimersByTimeAsync(1_500);
  expect(members[1]!.isWanted()).toBe(true);
  await membership.stop();
  expect(members[1]!.isWanted()).toBe(false);
});
