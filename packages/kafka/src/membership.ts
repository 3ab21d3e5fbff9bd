import { setTimeout as sleep } from "node:timers/promises";
import type { Check, Log } from "@teravoz/runtime";
import type { Admin, Consumer } from "kafkajs";

/** A consumer's life in its group: joins when Kafka is there, comes back after a loss, leaves at the stop. */
export type Membership = {
  check(): Check;
  isRunning(): boolean;
  /** Whether `prepare` has ended for the partitions given now. */
  isPrepared(): boolean;
  stop(): Promise<void>;
};

/** Topic -> partitions. */
export type Assignment = Record<string, number[]>;

type Options = {
  consumer: Consumer;
  admin: Admin;
  topics: readonly string[];
  fromBeginning: boolean;
  run(): Promise<void>;
  /** Settles where each partition is read from, after each join; tried until it succeeds or the partitions change. */
  prepare(assignment: Assignment): Promise<void>;
  log: Log;
  onCrash(error: unknown): void;
};

const RETRY_MS = 1_000;
/** A fetch comes back after at most maxWaitTimeInMs, a batch waits with heartbeats: nothing for this long is no life. */
const SILENT_MS = 60_000;
/** kafkajs can hang in its disconnect (github.com/tulios/kafkajs/issues/1606); the group drops us by itself then. */
const STOP_MS = 5_000;

export function createMembership(options: Options): Membership {
  const { consumer } = options;
  const state = { ...options, running: true, assignment: null, prepared: false, lastTurn: Date.now() };
  listen(state);
  const begun = begin(options, () => state.running);
  return {
    isRunning: () => state.running,
    isPrepared: () => state.prepared,
    check: () => checkState(state),
    stop: async () => {
      state.running = false;
      await begun;
      const ended = Promise.allSettled([consumer.disconnect(), options.admin.disconnect()]);
      await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
    },
  };
}

type State = Options & {
  running: boolean;
  /** What the group gave us; null while we are in no group. */
  assignment: Assignment | null;
  prepared: boolean;
  lastTurn: number;
};

function listen(state: State): void {
  const { consumer, log } = state;
  const { FETCH, HEARTBEAT, REBALANCING, GROUP_JOIN, CRASH } = consumer.events;
  const turn = () => {
    state.lastTurn = Date.now();
  };
  const leave = () => {
    state.assignment = null;
    state.prepared = false;
  };
  consumer.on(FETCH, turn);
  consumer.on(HEARTBEAT, turn);
  consumer.on(REBALANCING, leave);
  consumer.on(GROUP_JOIN, ({ payload: { groupId, memberAssignment } }) => {
    turn();
    log.info(
      { group: groupId, partitions: Object.values(memberAssignment).flat().length },
      "joined the group",
    );
    void prepareJoined(state, memberAssignment);
  });
  consumer.on(CRASH, ({ payload: { error, restart } }) => {
    leave();
    log.warn({ err: error, reason: restart ? "restarts" : "ended" }, "consumer crashed");
    if (!restart && state.running) state.onCrash(error);
  });
}

async function prepareJoined(state: State, assignment: Assignment): Promise<void> {
  state.assignment = assignment;
  state.prepared = false;
  const isCurrent = () => state.running && state.assignment === assignment;
  while (isCurrent() && !state.prepared) {
    try {
      await state.prepare(assignment);
      state.prepared = isCurrent();
    } catch (err) {
      state.log.warn({ err }, "where to read from is not known yet, trying again");
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }
}

function checkState({ assignment, prepared, lastTurn }: State): Check {
  if (assignment === null) return { ok: false, reason: "not in the consumer group" };
  if (!prepared) return { ok: false, reason: "where to read from is not known yet" };
  return Date.now() - lastTurn < SILENT_MS
    ? { ok: true }
    : { ok: false, reason: "the consumer stands still" };
}

async function begin(
  { consumer, admin, topics, fromBeginning, run, log }: Options,
  isRunning: () => boolean,
): Promise<void> {
  while (isRunning()) {
    try {
      await admin.connect();
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning });
      return await run();
    } catch (err) {
      log.warn({ err }, "consumer cannot start yet, trying again");
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }
}
