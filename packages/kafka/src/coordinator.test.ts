import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import type { Cluster } from "kafkajs";
import { followCoordinator } from "./coordinator.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

type Answer = () => Promise<void>;
type Found = { heartbeat(request: object): Promise<void>; offsetCommit(request: object): Promise<void> };

/** A group whose coordinators answer one after the other as they are given; the last one stays. */
async function open(...coordinators: Answer[]) {
  const asked: string[] = [];
  let found = 0;
  const brokers = coordinators.map((answer, index) => {
    const ask = (name: string) => async () => {
      asked.push(`${name} of ${index}`);
      await answer();
    };
    return { heartbeat: ask("heartbeat"), offsetCommit: ask("commit") };
  });
  const findGroupCoordinator = async () => brokers[Math.min(found++, brokers.length - 1)]!;
  const cluster = { findGroupCoordinator } as unknown as Cluster;
  const coordinator = followCoordinator(cluster);
  const member = (await cluster.findGroupCoordinator({ groupId: "g" })) as unknown as Found;
  return { asked, coordinator, member };
}

const answers = async () => {};
const neverAnswers = () => new Promise<void>(() => {});
const fails = (type: string) => async () => {
  throw Object.assign(new Error(type), { name: "KafkaJSProtocolError", type });
};

test.each([
  ["is no longer the coordinator", fails("NOT_COORDINATOR_FOR_GROUP")],
  ["is away", fails("ECONNREFUSED")],
])(
  "if the broker %s, the next heartbeat goes to the next one, and the member is never disturbed",
  async (_, answer) => {
    const { asked, coordinator, member } = await open(answer, answers);
    await member.heartbeat({});
    expect(coordinator.isAway()).toBe(true);
    await member.heartbeat({});
    expect(coordinator.isAway()).toBe(false);
    expect(asked).toEqual(["heartbeat of 0", "heartbeat of 1"]);
  },
);

test("a commit that fails is reported, and the next one goes to the next coordinator", async () => {
  const { asked, member } = await open(fails("NOT_COORDINATOR_FOR_GROUP"), answers);
  await expect(member.offsetCommit({})).rejects.toThrow();
  await member.offsetCommit({});
  expect(asked).toEqual(["commit of 0", "commit of 1"]);
});

test("a heartbeat that is not answered is waited for half a second, and counts as not heard", async () => {
  const { coordinator, member } = await open(neverAnswers);
  const beat = member.heartbeat({});
  await jest.advanceTimersByTimeAsync(500);
  await beat;
  expect(coordinator.isAway()).toBe(true);
});

test.each(["REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID"])(
  "%s is thrown, for the member must join again",
  async (type) => {
    const { member } = await open(fails(type));
    await expect(member.heartbeat({})).rejects.toMatchObject({ type });
  },
);
