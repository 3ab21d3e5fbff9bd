import { drawStamp, type Sent, type StampStyle, writeStamp } from "../stamps.ts";
import type { Random } from "./random.ts";
import { type Cast, nameIn, type RandomAgent } from "./random-agents.ts";

/** A call while its story is written: each part adds events and advances the time. */
type Story = {
  call_id: string;
  at: number;
  direction: string | null;
  their_number: string;
  cast: Cast;
  random: Random;
  style: StampStyle;
  /** The queue of the visit that was written last; null = the story has none. */
  queue: string | null;
  /** The agents who are on the call now. */
  talking: RandomAgent[];
  /** The chance that this sender names the queue in an event. */
  queueChance: number;
  sent: Sent[];
};

type Begin = { call_id: string; begins: number; cast: Cast; random: Random };

/** Returns the events of one call of a random flow, in order and complete. Losses and delays are added later. */
export function drawCall({ call_id, begins, cast, random }: Begin): Sent[] {
  const story: Story = {
    call_id,
    at: begins,
    direction: null,
    their_number: random.pick(cast.numbers),
    cast,
    random,
    style: drawStamp(random),
    queue: null,
    talking: [],
    queueChance: random.pick([1, 0.9, 0.5, 0]),
    sent: [],
  };
  const [direction, write] = random.pick(FLOWS);
  story.direction = random.chance(0.9) ? direction : random.pick([null, direction.toUpperCase(), "unknown"]);
  write(story);
  return story.sent;
}

/** Returns the ms until the next event: `most` seconds at most, sometimes less than one second. */
function passTime({ random }: Story, most: number): number {
  return random.chance(0.25) ? random.whole(0, 700) : random.whole(200, most * 1_000);
}

function send(story: Story, type: string, most: number, more: object = {}): void {
  story.at += passTime(story, most);
  const { call_id, at, style, random } = story;
  const body = { type, call_id, ...more, ...writeStamp(at, style, random) };
  story.sent.push({ at, body });
}

const PARTY_CHANCE: Readonly<Record<string, number>> = { "call.new": 1 };

function sendOfCall(story: Story, type: string, most: number, more: object = {}): void {
  const { direction, their_number, random } = story;
  const hasParty = random.chance(PARTY_CHANCE[type] ?? 0.5);
  const party = hasParty ? { their_number, our_number: "1130900000" } : {};
  send(story, type, most, { ...(direction === null ? {} : { direction }), ...party, ...more });
}

function sendOfAgent(story: Story, type: string, agent: RandomAgent, most: number): void {
  send(story, type, most, { ...nameIn(agent, story.random), ...queueOf(story) });
}

/** Returns the queue as this sender writes it: sometimes as a number, often not at all. */
function queueOf({ queue, queueChance, random }: Story): { queue?: string | number } {
  if (queue === null || !random.chance(queueChance)) return {};
  return { queue: random.chance(0.1) ? Number(queue) : queue };
}

function begin(story: Story): void {
  sendOfCall(story, "call.new", 1);
  if (story.random.chance(0.8)) sendOfCall(story, "call.standby", 2);
}

function wait(story: Story): void {
  const { cast, random } = story;
  if (story.queue === null || random.chance(0.7)) story.queue = random.pick(cast.queues);
  sendOfCall(story, "call.waiting", 5, queueOf(story));
  if (random.chance(0.08)) sendOfCall(story, "call.waiting", 5, queueOf(story));
}

function ring(story: Story): void {
  const { cast, random } = story;
  let agent = random.pick(cast.agents);
  for (let rounds = random.whole(0, 3); rounds > 0; rounds -= 1) {
    if (random.chance(0.6)) agent = random.pick(cast.agents);
    sendOfAgent(story, "actor.ringing", agent, 5);
    if (random.chance(0.6)) sendOfAgent(story, "actor.noanswer", agent, 15);
  }
}

function enter(story: Story): void {
  const { cast, random } = story;
  const agent = random.pick(cast.agents);
  if (random.chance(0.5)) sendOfAgent(story, "actor.ringing", agent, 5);
  if (story.queue !== null && random.chance(0.08)) story.queue = random.pick(cast.queues);
  sendOfAgent(story, "actor.entered", agent, 15);
  story.talking.push(agent);
}

/** An agent enters and leaves before the call is in progress, and the caller continues to wait. */
function withdraw(story: Story): void {
  enter(story);
  leave(story, 1);
}

function leave(story: Story, most: number): void {
  const { random, talking } = story;
  const agent = talking.shift();
  const isUntold = random.chance(0.05);
  if (!agent || isUntold) return;
  if (random.chance(0.05)) send(story, "actor.left", most, queueOf(story));
  else sendOfAgent(story, "actor.left", agent, most);
}

function answer(story: Story): void {
  const { random } = story;
  ring(story);
  if (random.chance(0.15)) withdraw(story);
  if (random.chance(0.1)) ring(story);
  enter(story);
  if (random.chance(0.85)) sendOfCall(story, random.chance(0.1) ? "call.on-going" : "call.ongoing", 1);
}

const leaveAll = (story: Story): void => {
  while (story.talking.length > 0) leave(story, story.sent.length % 2 === 0 ? 1 : 300);
};

function end(story: Story): void {
  const { random, call_id } = story;
  const url = `https://api.example.com/recording/${call_id}.wav`;
  if (random.chance(0.85)) sendOfCall(story, "call.finished", 1);
  if (random.chance(0.3)) send(story, "call.recording-available", 60, { url });
  if (random.chance(0.1)) send(story, "call.data-provided", 5, { data: "1", nps: 9 });
}

function served(story: Story): void {
  begin(story);
  wait(story);
  answer(story);
  leaveAll(story);
  end(story);
}

/** A transferred call: the first agent leaves before or after the second enters, or the sender never reports it. */
function transferred(story: Story): void {
  const { random } = story;
  begin(story);
  wait(story);
  answer(story);
  for (let transfers = random.whole(1, 2); transfers > 0; transfers -= 1) {
    if (random.chance(0.4)) leave(story, 200);
    if (random.chance(0.8)) wait(story);
    answer(story);
    if (story.talking.length > 1 && random.chance(0.7)) leave(story, 3);
  }
  if (random.chance(0.2)) giveUp(story);
  else leaveAll(story);
  end(story);
}

function conference(story: Story): void {
  begin(story);
  wait(story);
  answer(story);
  for (let more = story.random.whole(1, 3); more > 0; more -= 1) enter(story);
  leaveAll(story);
  end(story);
}

function giveUp(story: Story): void {
  const { random, cast } = story;
  if (random.chance(0.15)) story.queue = random.pick(cast.queues);
  if (random.chance(0.7)) send(story, "call.queue-abandon", 40, queueOf(story));
}

function abandoned(story: Story): void {
  begin(story);
  if (story.random.chance(0.9)) wait(story);
  ring(story);
  if (story.random.chance(0.1)) withdraw(story);
  giveUp(story);
  if (story.random.chance(0.15)) {
    wait(story);
    answer(story);
    leaveAll(story);
  }
  end(story);
}

function overflowed(story: Story): void {
  const { random } = story;
  begin(story);
  wait(story);
  ring(story);
  if (random.chance(0.7)) send(story, "call.overflow", 60, queueOf(story));
  if (random.chance(0.2)) send(story, "call.follow-me", 5);
  if (random.chance(0.6)) {
    wait(story);
    if (random.chance(0.7)) answer(story);
    leaveAll(story);
  } else if (random.chance(0.5)) sendOfCall(story, "call.ongoing", 3);
  end(story);
}

/** A call as the vendor's sandbox sends it: without a queue and an agent. */
function withoutAgent(story: Story): void {
  begin(story);
  sendOfCall(story, "call.ongoing", 20);
  story.at += story.random.whole(1_000, 300_000);
  end(story);
}

/** A call of a sender that never writes `call.waiting`. */
function withoutWaiting(story: Story): void {
  begin(story);
  if (story.random.chance(0.6)) story.queue = story.random.pick(story.cast.queues);
  answer(story);
  leaveAll(story);
  end(story);
}

function dialled(story: Story): void {
  const { random, their_number } = story;
  if (random.chance(0.5)) send(story, "dialer.success", 2, { number: their_number, code: "7" });
  sendOfCall(story, "call.new", 1);
  if (random.chance(0.6)) wait(story);
  if (random.chance(0.7)) {
    answer(story);
    if (random.chance(0.2)) {
      wait(story);
      answer(story);
    }
    leaveAll(story);
  } else if (random.chance(0.3)) giveUp(story);
  end(story);
}

/** An internal call: an agent asks another agent, or a queue. */
function consult(story: Story): void {
  if (story.random.chance(0.7)) story.their_number = "7009";
  sendOfCall(story, "call.new", 1);
  if (story.random.chance(0.5)) wait(story);
  answer(story);
  leaveAll(story);
  end(story);
}

const FLOWS: [string, (story: Story) => void][] = [
  ["inbound", served],
  ["inbound", served],
  ["inbound", transferred],
  ["inbound", transferred],
  ["inbound", conference],
  ["inbound", abandoned],
  ["inbound", abandoned],
  ["inbound", overflowed],
  ["inbound", withoutAgent],
  ["inbound", withoutWaiting],
  ["outbound", dialled],
  ["internal", consult],
];
