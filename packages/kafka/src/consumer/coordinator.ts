import { sleep } from "@teravoz/runtime";
import kafkajs, { type Broker, type Cluster } from "kafkajs";
import type { MemberLife } from "./membership.ts";

/** A broker with the requests that kafkajs sends to a coordinator. The types of kafkajs do not declare them. */
type CoordinatorBroker = Broker & { nodeId: string } & Record<
    Request,
    (request: unknown) => Promise<unknown>
  >;
type Request = "heartbeat" | "joinGroup" | "syncGroup" | "leaveGroup" | "offsetCommit" | "offsetFetch";

const FORWARDED = ["joinGroup", "syncGroup", "leaveGroup", "offsetCommit", "offsetFetch"] as const;

/**
 * The time that kafkajs waits for a heartbeat. A usual answer takes a few milliseconds, and kafkajs fetches nothing
 * while it waits.
 */
const HEARTBEAT_WAIT_MS = 500;
/** The maximum number of tries of one heartbeat. After the last one the member has been ended, or is about to be. */
const TRIES = 20;
const PAUSE_MS = 250;

/** Errors about the member. kafkajs must see them to join again. Any other error is about the coordinator. */
const MEMBER_ERRORS = new Set([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "GROUP_AUTHORIZATION_FAILED",
]);

const isOfMember = (error: unknown) => MEMBER_ERRORS.has(Object(error).type);

/**
 * Lets a member survive the loss of its coordinator. kafkajs looks up the coordinator when it joins and never again:
 * heartbeats and commits go to the former one, block all fetches while they wait, and end the member after twelve
 * failures. The next coordinator knows the members of the group from the log. The coordinator is therefore looked up
 * after each failure, and a heartbeat is sent again in the background until it is answered. `onHeard` is called for
 * each heartbeat that is answered, because the HEARTBEAT event of kafkajs is now also emitted without an answer. A
 * member that is no longer wanted finds no coordinator, because kafkajs would continue a join that was in progress when
 * it was disconnected.
 */
export function followCoordinator(cluster: Cluster, { onHeard, isWanted }: MemberLife): void {
  const find = cluster.findGroupCoordinator.bind(cluster) as (group: {
    groupId: string;
  }) => Promise<CoordinatorBroker>;
  cluster.findGroupCoordinator = async (group) => {
    if (!isWanted()) throw new kafkajs.KafkaJSNonRetriableError("another member has replaced this one");
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
    // otherwise kafkajs connects to the coordinator that it found first
    isConnected: () => true,
    heartbeat: (request: unknown) =>
      Promise.race([beatOnce(request), sleep(HEARTBEAT_WAIT_MS, { ref: false })]),
  };
}
