import { type Check, createRunningTime, type Log, type RunningTime, sleep } from "@teravoz/runtime";
import type { Admin, Consumer } from "kafkajs";
import { RETRY } from "./client.ts";
import { DISCONNECT_MS, disconnect } from "./disconnect.ts";

/** The life of a consumer in its group: joins when Kafka is available, starts again after every loss, leaves at the stop. */
export type Membership = {
  check(): Check;
  isRunning(): boolean;
  /** How many partitions the group has given to this process. */
  partitions(): number;
  /** Whether `prepare` has ended once for the partitions given now. */
  isPrepared(): boolean;
  /** The partitions of this member, null while it is in no group. Each join makes a new object. */
  assignment(): Assignment | null;
  /** Ends the member with this error, as if kafkajs had met it. */
  end(error: unknown): void;
  stop(): Promise<void>;
};

/** The link between a member and the membership that opened it. */
export type MemberLife = {
  /** To be called for each heartbeat that the group answers. */
  onHeard(): void;
  /** False once another member has taken its place, or the membership was stopped. It may not join a group from then on. */
  isWanted(): boolean;
};

/** One consumer, with connections of its own. */
export type Member = {
  groupId: string;
  consumer: Consumer;
  admin: Admin;
};

/** Topic -> partitions. */
export type Assignment = Record<string, number[]>;

type Options = {
  open(life: MemberLife): Member;
  topics: readonly string[];
  sessionTimeoutMs: number;
  run(member: Member): Promise<void>;
  /**
   * Settles where each partition is read from, after each join; tried until it succeeds or the partitions change. Resolves with the
   * partitions that have no leader, and is called again for these alone, then without `isFirst`.
   */
  prepare(member: Member, assignment: Assignment, isFirst: boolean): Promise<Assignment>;
  log: Log;
  /** An error that is not Kafka's has ended the consumer, and would end it again. */
  onCrash(error: unknown): void;
};

type State = Options & {
  running: boolean;
  member: Member | null;
  /** The partitions of this member; null while it is in no group. */
  assignment: Assignment | null;
  prepared: boolean;
  /** Partitions of ours that have no leader. */
  leaderless: Assignment;
  /** The clock of the watchdog and of the moments below. */
  time: RunningTime;
  /** When the member was last heard by its group. */
  lastHeard: number;
  /** When the member was last in its group. */
  lastInside: number;
  /** Ends the member that is alive. */
  end(error: unknown): void;
};

/**
 * Options of every consumer. A dead member holds up its group for a session; three heartbeats fit into one. A rebalance waits
 * for two sessions at most. We restart members ourselves: kafkajs keeps a connection that may be beyond repair, and it does
 * not restart at all after a passing error that it takes for a final one (KafkaJSGroupCoordinatorNotFound).
 */
export const memberOptions = (sessionTimeoutMs: number) => ({
  sessionTimeout: sessionTimeoutMs,
  rebalanceTimeout: 2 * sessionTimeoutMs,
  heartbeatInterval: heartbeatMs(sessionTimeoutMs),
  allowAutoTopicCreation: false,
  // how long a stop may have to wait for the fetch under way (the default is 5 s); a record ends the wait at once
  maxWaitTimeInMs: 250,
  retry: { ...RETRY, restartOnFailure: async () => false },
});

export const heartbeatMs = (sessionTimeoutMs: number) => Math.floor(0.3 * sessionTimeoutMs);

const RETRY_MS = 1_000;
/** A join waits for dead members, one session, and for members at work, one rebalance of two. */
const joinMs = (sessionTimeoutMs: number) => 3 * sessionTimeoutMs;
/**
 * After a join that was refused twice kafkajs goes on fetching its former partitions, outside of any group and without a
 * heartbeat that could report it.
 */
const outsideMs = (sessionTimeoutMs: number) => joinMs(sessionTimeoutMs) + 5_000;
/**
 * The group has dropped a member that it has not heard for a session. Ten seconds at least: a coordinator that dies is replaced after the broker's
 * session (four seconds in our stack, nine by default), and then knows the member.
 */
const unheardMs = (sessionTimeoutMs: number) => Math.max(sessionTimeoutMs, 10_000);
const WATCH_MS = 1_000;

export function createMembership(options: Options): Membership {
  const time = createRunningTime(WATCH_MS);
  const state: State = {
    ...options,
    running: true,
    member: null,
    assignment: null,
    prepared: false,
    leaderless: {},
    time,
    lastHeard: time.now(),
    lastInside: time.now(),
    end: () => {},
  };
  const watchdog = setInterval(() => endSilent(state), WATCH_MS);
  const life = live(state);
  return {
    isRunning: () => state.running,
    partitions: () => Object.values(state.assignment ?? {}).flat().length,
    isPrepared: () => state.prepared,
    assignment: () => state.assignment,
    end: (error) => state.end(error),
    check: () => checkState(state),
    stop: async () => {
      state.running = false;
      clearInterval(watchdog);
      state.end(new Error("stopped"));
      await Promise.race([
        Promise.all([state.member && drop(state.member), life]),
        sleep(DISCONNECT_MS, { ref: false }),
      ]);
    },
  };
}

/** One member after the other. */
async function live(state: State): Promise<void> {
  while (state.running) {
    const member: Member = state.open({
      onHeard: () => {
        if (state.member === member) state.lastHeard = state.time.now();
      },
      isWanted: () => isWanted(state, member),
    });
    state.member = member;
    state.lastInside = state.time.now();
    const err = await new Promise<unknown>((resolve) => {
      state.end = resolve;
      listen(state, member);
      begin(state, member).catch(resolve);
    });
    leave(state);
    if (!state.running) return;
    state.member = null;
    if (!isOfKafka(err)) return state.onCrash(err);
    state.log.warn({ err }, "consumer ended, starting again");
    await drop(member);
    await sleep(RETRY_MS, { ref: false });
  }
}

const isWanted = (state: State, member: Member): boolean => state.running && state.member === member;

/** Connecting may take longer than a member is waited for. If the brokers come back later, it must not join beside its successor. */
async function begin(state: State, member: Member): Promise<void> {
  const { admin, consumer } = member;
  const steps = [
    () => admin.connect(),
    () => consumer.connect(),
    () => consumer.subscribe({ topics: [...state.topics], fromBeginning: true }),
    () => state.run(member),
  ];
  for (const step of steps) {
    if (!isWanted(state, member)) return drop(member);
    await step();
  }
}

function leave(state: State): void {
  state.assignment = null;
  state.prepared = false;
  state.leaderless = {};
}

/** Where kafkajs hangs in it, the group drops the member by itself. */
const drop = ({ consumer, admin }: Member): Promise<void> => disconnect(consumer, admin);

class Silent extends Error {
  override name = "KafkaJSSilent";
}

/** After the process was stopped the member gets one more period: the answers of its broker are not read yet. */
function endSilent(state: State): void {
  if (state.time.look()) return;
  const now = state.time.now();
  const { sessionTimeoutMs: session } = state;
  if (state.assignment !== null) state.lastInside = now;
  // a join sends no heartbeats
  else state.lastHeard = now;
  if (now - state.lastHeard > unheardMs(session)) state.end(new Silent("no heartbeat was answered"));
  if (now - state.lastInside > outsideMs(session))
    state.end(new Silent("in no group, and not on its way into one"));
}

/** The only error of kafkajs 2.2.4 that a cut link causes and that has no name of its own (`notInitializedLookup` in its broker). */
const NOT_CONNECTED = "Broker not connected";

/** Errors of Kafka pass, or wait for an operator. Any other error was thrown by the handler of a batch and is a bug. */
function isOfKafka(error: unknown): boolean {
  const { name, message, cause } = error as Error;
  if (cause instanceof Error) return isOfKafka(cause);
  return String(name).startsWith("KafkaJS") || message === NOT_CONNECTED;
}

function listen(state: State, member: Member): void {
  const { REBALANCING, GROUP_JOIN, CRASH } = member.consumer.events;
  member.consumer.on(REBALANCING, () => {
    if (isWanted(state, member)) leave(state);
  });
  member.consumer.on(GROUP_JOIN, ({ payload: { groupId, memberAssignment } }) => {
    if (!isWanted(state, member)) return;
    const partitions = Object.values(memberAssignment).flat().length;
    state.log.info({ group: groupId, partitions }, "joined the group");
    void prepareJoined(state, member, memberAssignment);
  });
  member.consumer.on(CRASH, ({ payload: { error } }) => {
    if (state.member === member) state.end(error);
  });
}

async function prepareJoined(state: State, member: Member, assignment: Assignment): Promise<void> {
  leave(state);
  state.assignment = assignment;
  const isCurrent = () => state.running && state.assignment === assignment;
  let left = assignment;
  while (isCurrent() && !(state.prepared && Object.keys(left).length === 0)) {
    try {
      left = await state.prepare(member, left, !state.prepared);
      if (!isCurrent()) return;
      state.prepared = true;
      state.leaderless = left;
      if (Object.keys(left).length > 0) await sleep(RETRY_MS, { ref: false });
    } catch (err) {
      state.log.warn({ err }, "where to read from is not known yet, trying again");
      await Promise.all([reconnect(state, member), sleep(RETRY_MS, { ref: false })]);
    }
  }
}

/**
 * Gives the admin a new connection. If a broker hangs while kafkajs connects to it, the connection stays open, refuses every
 * request ("Broker not connected") and is never replaced.
 */
async function reconnect(state: State, member: Member): Promise<void> {
  const { admin } = member;
  await disconnect(admin);
  // the next request connects too
  if (isWanted(state, member)) await admin.connect().catch(() => {});
}

function checkState({ assignment, prepared, leaderless, lastHeard, sessionTimeoutMs, time }: State): Check {
  if (assignment === null) return { ok: false, reason: "not in the consumer group" };
  if (!prepared) return { ok: false, reason: "where to read from is not known yet" };
  const [first] = Object.entries(leaderless);
  if (first) {
    const reason = `where to read from is not known yet: ${first[0]}:${first[1][0]} has no leader`;
    return { ok: false, reason };
  }
  return time.now() - lastHeard < unheardMs(sessionTimeoutMs)
    ? { ok: true }
    : { ok: false, reason: "no heartbeat was answered" };
}
