import { sleep } from "@teravoz/runtime";
import type { Broker, Cluster } from "kafkajs";

/** The coordinator of a consumer's group, as it is seen from the member. */
export type Coordinator = {
  /** True from a heartbeat that was not answered in time until one is answered. */
  isAway(): boolean;
};

/** What kafkajs asks a coordinator; its types do not show it. */
type CoordinatorBroker = Broker & { nodeId: string } & Record<
    Request,
    (request: unknown) => Promise<unknown>
  >;
type Request = "heartbeat" | "joinGroup" | "syncGroup" | "leaveGroup" | "offsetCommit" | "offsetFetch";

const FORWARDED = ["joinGroup", "syncGroup", "leaveGroup", "offsetCommit", "offsetFetch"] as const;

/** A usual answer takes a few milliseconds. kafkajs fetches nothing while it waits for a heartbeat. */
const HEARTBEAT_WAIT_MS = 500;

/** Errors about the member: kafkajs must see them to join again. Any other error is about the coordinator. */
const MEMBER_ERRORS = new Set([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "GROUP_AUTHORIZATION_FAILED",
]);

const isOfMember = (error: unknown) => MEMBER_ERRORS.has(Object(error).type);

/**
 * Lets a member survive the loss of its coordinator. kafkajs looks the coordinator up when it joins and never again: heartbeats and commits go to
 * the former one, stop all fetches while they wait, and end the member after twelve failures. The next coordinator knows the group's
 * members from the log, so here it is looked up after each failure, and a heartbeat that is not answered stops nothing.
 */
export function followCoordinator(cluster: Cluster): Coordinator {
  const find = cluster.findGroupCoordinator.bind(cluster) as (group: {
    groupId: string;
  }) => Promise<CoordinatorBroker>;
  const state = { isAway: false };
  cluster.findGroupCoordinator = async (group) =>
    openCoordinator(state, await find(group), () => find(group)) as unknown as Broker;
  return { isAway: () => state.isAway };
}

function openCoordinator(
  state: { isAway: boolean },
  found: CoordinatorBroker,
  find: () => Promise<CoordinatorBroker>,
) {
  let current = found;
  let isFinding = false;
  const findAgain = async () => {
    if (isFinding) return;
    isFinding = true;
    current = await find().catch(() => current);
    isFinding = false;
  };
  const ask = async (name: Request, request: unknown) => {
    try {
      return await current[name](request);
    } catch (error) {
      if (!isOfMember(error)) void findAgain();
      throw error;
    }
  };
  const beat = async (request: unknown) => {
    await ask("heartbeat", request);
    state.isAway = false;
  };
  const forwarded = FORWARDED.map((name) => [name, (request: unknown) => ask(name, request)]);
  return {
    ...Object.fromEntries(forwarded),
    // else kafkajs connects to the one that it found at first
    isConnected: () => true,
    async heartbeat(request: unknown) {
      const late = sleep(HEARTBEAT_WAIT_MS, { ref: false }).then(() => {
        throw new Error("no answer yet");
      });
      late.catch(() => {});
      await Promise.race([beat(request), late]).catch((error) => {
        if (isOfMember(error)) throw error;
        state.isAway = true;
      });
    },
  };
}
