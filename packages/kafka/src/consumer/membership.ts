import { type Check, createRunningTime, type Log, type RunningTime, sleep } from "@teravoz/runtime";
import type { Admin, Consumer } from "kafkajs";
import { RETRY } from "../client/client.ts";
import { DISCONNECT_MS, disconnect } from "../client/disconnect.ts";

/**
 * Keeps a consumer in its group: joins when Kafka is available, starts a new member after every failure, and leaves at
 * the stop.
 */
export type Membership = {
  check(): Check;
  isRunning(): boolean;
  /** The number of partitions that the group has assigned to this process. */
  partitions(): number;
  /** Returns whether `prepare` has succeeded once for the current partitions. */
  isPrepared(): boolean;
  /** The partitions of this member, or null while it is in no group. Each join creates a new object. */
  assignment(): Assignment | null;
  /** Ends the member with this error, as if kafkajs had thrown it. */
  end(error: unknown): void;
  stop(): Promise<void>;
};

/** The functions by which a member reports to the membership that opened it. */
export type MemberLife = {
  /** Must be called for each heartbeat that the group answers. */
  onHeard(): void;
  /**
   * Returns false once another member has replaced this one, or the membership was stopped. From then on it may not
   * join a group.
   */
  isWanted(): boolean;
};

/** One consumer with its own connections. */
export type Member = {
  groupId: string;
  consumer: Consumer;
  admin: Admin;
};

/** The partitions by topic. */
export type Assignment = Record<string, number[]>;

type Options = {
  open(life: MemberLife): Member;
  topics: readonly string[];
  sessionTimeoutMs: number;
  run(member: Member): Promise<void>;
  /**
   * Sets the start offset of each partition after a join. It is retried until it succeeds or the partitions change.
   * Resolves with the partitions that have no leader, and is called again for these alone, with `isFirst` false.
   */
  prepare(member: Member, assignment: Assignment, isFirst: boolean): Promise<Assignment>;
  log: Log;
  /** Called when an error that is not Kafka's has ended the consumer and would end it again. */
  onCrash(error: unknown): void;
};

type State = Options & {
  running: boolean;
  member: Member | null;
  /** The partitions of this member, or null while it is in no group. */
  assignment: Assignment | null;
  prepared: boolean;
  /** The assigned partitions that have no leader. */
  leaderless: Assignment;
  /** The clock of the watchdog and of the times below. */
  time: RunningTime;
  /** The time of the last answered heartbeat of the member. */
  lastHeard: number;
  /** The last time at which the member was in its group. */
  lastInside: number;
  /** Ends the current member. */
  end(error: unknown): void;
};

/**
 * Returns the options of every consumer. A crashed member blocks its group for one session, and three heartbeats fit
 * into a session. A rebalance waits for two sessions at most. We restart members ourselves, because kafkajs keeps a
 * connection that may be broken, and does not restart at all after a temporary error that it treats as permanent
 * (KafkaJSGroupCoordinatorNotFound).
 */
export const memberOptions = (sessionTimeoutMs: number) => ({
  sessionTimeout: sessionTimeoutMs,
  rebalanceTimeout: 2 * sessionTimeoutMs,
  heartbeatInterval: heartbeatMs(sessionTimeoutMs),
  allowAutoTopicCreation: false,
  // the longest time that a stop waits for the current fetch (default 5 s); a record ends the wait at once
  maxWaitTimeInMs: 250,
  retry: { ...RETRY, restartOnFailure: async () => false },
});

export const heartbeatMs = (sessionTimeoutMs: number) => Math.floor(0.3 * sessionTimeoutMs);

const RETRY_MS = 1_000;
/**
 * The longest duration of a join. It waits one session for crashed members, and two sessions (the rebalance timeout)
 * for busy ones.
 */
const joinMs = (sessionTimeoutMs: number) => 3 * sessionTimeoutMs;
/**
 * The time that a member may be outside a group before it is replaced. After a join that was refused twice kafkajs
 * continues to fetch its former partitions, outside any group and without a heartbeat that could report it.
 */
const outsideMs = (sessionTimeoutMs: number) => joinMs(sessionTimeoutMs) + 5_000;
/**
 * The time that a member may be without an answered heartbeat before it is replaced: one session, after which the group
 * has dropped it, but at least ten seconds. A coordinator that dies is replaced after the broker's session (four
 * seconds in our stack, nine by default), and the new one knows the member.
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

/** Runs one member after another. */
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
    state.log.warn({ err }, "consumer ended, restarting");
    await drop(member);
    await sleep(RETRY_MS, { ref: false });
  }
}

const isWanted = (state: State, member: Member): boolean => state.running && state.member === member;

/**
 * Connects a member and starts it. Connecting may take so long that the member is replaced. If the brokers return
 * later, it must not join in addition to its successor.
 */
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

/** Disconnects a member. If kafkajs hangs while it disconnects, the group drops the member after its session. */
const drop = ({ consumer, admin }: Member): Promise<void> => disconnect(consumer, admin);

class Silent extends Error {
  override name = "KafkaJSSilent";
}

/**
 * Ends a member without answered heartbeats, or outside a group for too long. After the process was suspended the
 * member gets one more period, because the answers of its broker are not read yet.
 */
function endSilent(state: State): void {
  if (state.time.look()) return;
  const now = state.time.now();
  const { sessionTimeoutMs: session } = state;
  if (state.assignment !== null) state.lastInside = now;
  // a join sends no heartbeats
  else state.lastHeard = now;
  if (now - state.lastHeard > unheardMs(session)) state.end(new Silent("no heartbeat was answered"));
  if (now - state.lastInside > outsideMs(session))
    state.end(new Silent("the member is in no group and is not joining one"));
}

/**
 * The message of the only error of kafkajs 2.2.4 that a broken connection causes and that has no name
 * (`notInitializedLookup` in its broker).
 */
const NOT_CONNECTED = "Broker not connected";

/**
 * Returns whether an error comes from Kafka. Such errors are temporary or wait for an operator. Any other error was
 * thrown by the handler of a batch and is a bug.
 */
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
      state.log.warn({ err }, "start offsets unknown, retrying");
      await Promise.all([reconnect(state, member), sleep(RETRY_MS, { ref: false })]);
    }
  }
}

/**
 * Opens a new connection for the admin. If a broker hangs while kafkajs connects to it, the connection stays open,
 * refuses every request ("Broker not connected") and is never replaced.
 */
async function reconnect(state: State, member: Member): Promise<void> {
  const { admin } = member;
  await disconnect(admin);
  // if this fails, the next request connects
  if (isWanted(state, member)) await admin.connect().catch(() => {});
}

function checkState({ assignment, prepared, leaderless, lastHeard, sessionTimeoutMs, time }: State): Check {
  if (assignment === null) return { ok: false, reason: "not in the consumer group" };
  if (!prepared) return { ok: false, reason: "start offsets unknown" };
  const [first] = Object.entries(leaderless);
  if (first) {
    const reason = `start offsets unknown: ${first[0]}:${first[1][0]} has no leader`;
    return { ok: false, reason };
  }
  return time.now() - lastHeard < unheardMs(sessionTimeoutMs)
    ? { ok: true }
    : { ok: false, reason: "no heartbeat was answered" };
}
