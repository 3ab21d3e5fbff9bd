import { sleep } from "@teravoz/runtime";
import kafkajs, { type Broker, type Cluster } from "kafkajs";
import type { MemberLife } from "./membership.ts";

/** The requests that kafkajs sends to a coordinator; its types do not declare them. */
type CoordinatorBroker = Broker & { nodeId: string } & Record<
    Request,
    (request: unknown) => Promise<unknown>
  >;
type Request = "heartbeat" | "joinGroup" | "syncGroup" | "leaveGroup" | "offsetCommit" | "offsetFetch";

const FORWARDED = ["joinGroup", "syncGroup", "leaveGroup", "offsetCommit", "offsetFetch"] as const;

/** A usual answer takes a few milliseconds. kafkajs fetches nothing while it waits for a heartbeat. */
const HEARTBEAT_WAIT_MS = 500;
/** A heartbeat is sent so often at most until it is answered; then the member is ended, or has been. */
const TRIES = 20;
const PAUSE_MS = 250;

/** Errors about the member: kafkajs must see them to join again. Any other error is about the coordinator. */
const MEMBER_ERRORS = new Set([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "GROUP_AUTHORIZATION_FAILED",
]);

const isOfMember = (error: unknown) => MEMBER_ERRORS.has(Object(error).type);

/**
 * Lets a member survive the loss of its coordinator. kafkajs looks the coordinator up when it joins and never again: heartbeats and
 * commits go to the former one, stop all fetches while they wait, and end the member after twelve failures. The next coordinator knows
 * the members of the group from the log. So it is looked up after each failure, and a heartbeat is sent again in the background until
 * it is answered. `onHeard` is called for each heartbeat that is answered: the HEARTBEAT of kafkajs also comes without an answer now.
 * A member that is no longer wanted finds no coordinator: kafkajs goes on with a join that was under way when it was disconnected.
 */
export function followCoordinator(cluster: Cluster, { onHeard, isWanted }: MemberLife): void {
  const find = cluster.findGroupCoordinator.bind(cluster) as (group: {
    groupId: string;
  }) => Promise<CoordinatorBroker>;
  cluster.findGroupCoordinator = async (group) => {
    if (!isWanted())
      throw new kafkajs.KafkaJSNonRetriableError("another member has taken the place of this one");
    return openCoordinator(await find(group), () => find(group), onHeard) as unknown as Broker;
  };
}

function openCoordinator(
  found: CoordinatorBroker,
  find: () => Promise<CoordinatorBroker>,
  onHeard: () => void,
) {
  let current = found;
  let finding: Promise<void> | undefined;
  const findAgain = () => {
    const take = async () => {
      current = await find().catch(() => current);
      finding = undefined;
    };
    finding ??= take();
    return finding;
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
    for (let tries = 0; tries < TRIES; tries += 1) {
      try {
        await ask("heartbeat", request);
        return onHeard();
      } catch (error) {
        if (isOfMember(error)) throw error;
      }
      await Promise.all([findAgain(), sleep(PAUSE_MS, { ref: false })]);
    }
  };
  let beating: Promise<void> | undefined;
  const beatOnce = async (request: unknown) => {
    beating ??= beat(request).finally(() => {
      beating = undefined;
    });
    return beating;
  };
  const forwarded = FORWARDED.map((name) => [name, (request: unknown) => ask(name, request)]);
  return {
    ...Object.fromEntries(forwarded),
    // else kafkajs connects to the one that it found at first
    isConnected: () => true,
    heartbeat: (request: unknown) =>
      Promise.race([beatOnce(request), sleep(HEARTBEAT_WAIT_MS, { ref: false })]),
  };
}
