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

/** Opens a group with the given coordinators. Each lookup finds the next one, and the last one remains. */
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
  let heard = 0;
  followCoordinator(cluster, {
    onHeard: () => {
      heard += 1;
    },
    isWanted: () => true,
  });
  const member = (await cluster.findGroupCoordinator({ groupId: "g" })) as unknown as Found;
  return { asked, heard: () => heard, member };
}

const answers = async () => {};
const fails = (type: string) => async () => {
  throw Object.assign(new Error(type), { name: "KafkaJSProtocolError", type });
};

test.each([
  ["is no longer the coordinator", fails("NOT_COORDINATOR_FOR_GROUP")],
  ["is unavailable", fails("ECONNREFUSED")],
])("if the broker %s, the heartbeat goes to the next one and the member sees no error", async (_, answer) => {
  const { asked, heard, member } = await open(answer, answers);
  const beat = member.heartbeat({});
  await jest.advanceTimersByTimeAsync(300);
  await beat;
  expect(heard()).toBe(1);
  expect(asked).toEqual(["heartbeat of 0", "heartbeat of 1"]);
});

test("a commit that fails is reported, and the next one goes to the next coordinator", async () => {
  const { asked, member } = await open(fails("NOT_COORDINATOR_FOR_GROUP"), answers);
  await expect(member.offsetCommit({})).rejects.toThrow();
  await member.offsetCommit({});
  expect(asked).toEqual(["commit of 0", "commit of 1"]);
});

test("a heartbeat that is not answered within half a second no longer blocks the member, and its late answer still counts", async () => {
  const answer = Promise.withResolvers<void>();
  const { heard, member } = await open(() => answer.promise);
  const beat = member.heartbeat({});
  await jest.advanceTimersByTimeAsync(500);
  await beat;
  expect(heard()).toBe(0);
  answer.resolve();
  await jest.advanceTimersByTimeAsync(0);
  expect(heard()).toBe(1);
});

test.each(["REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID"])(
  "a heartbeat that fails with %s throws it, so that the member joins again",
  async (type) => {
    const { member } = await open(fails(type));
    await expect(member.heartbeat({})).rejects.toMatchObject({ type });
  },
);

test("a member that was replaced finds no coordinator and gets an error that is not retried", async () => {
  const findGroupCoordinator = async () => ({ joinGroup: answers });
  const cluster = { findGroupCoordinator } as unknown as Cluster;
  followCoordinator(cluster, { onHeard: () => {}, isWanted: () => false });
  const found = cluster.findGroupCoordinator({ groupId: "g" });
  await expect(found).rejects.toMatchObject({ name: "KafkaJSNonRetriableError", retriable: false });
});
