import type { AgentEventType, EventType, FlowName, FlowStep } from "@teravoz/domain";
import { createPace } from "../pace.ts";
import { type Person, recruit } from "./people.ts";
import { createRandom, drawOne, drawWhole, type Random } from "./random.ts";

/** One event of a call or of an agent, before deliveries are repeated or reordered. */
export type CallEventBody = {
  /** The id of the call, or the login if it is an agent's event. */
  call_id: string;
  type: EventType;
  /** The time of the event, in ms after the start of the run. Its timestamp is the same time as a date. */
  atMs: number;
  /** The JSON text exactly as it is sent. */
  body: string;
};

export type CallScript = {
  flow: FlowName;
  steps: readonly FlowStep[];
  seed: number;
  /** The number of earlier calls. It makes the call_id unique in its run. */
  sequence: number;
  /** The start of the run. */
  startAt: Date;
  /** The beginning of the call, in ms after the start of the run. */
  beginsMs: number;
  /** The mean pause between the events of the call, in ms. */
  pauseMs: number;
  /** True for the spelling of older senders: `call.on-going`, a numeric queue, whole or epoch seconds. */
  oldSpelling: boolean;
};

/** One event of a call: its type and queue, its time, the agent it names, and further fields of this type. */
export type Moment = {
  step: Pick<FlowStep, "type" | "queue">;
  atMs: number;
  agent: Person | null;
  more?: Record<string, unknown>;
};

/** Writes the events of one call. Two moments of a call must have different times. */
export type CallWriter = (moment: Moment) => CallEventBody;

type Caller = Record<"direction" | "our_number" | "their_number" | "their_number_type", string>;
type Scene = { script: CallScript; call_id: string; caller: Caller; code: string | null };

/** The agents of a call that is written without a call centre. */
const CAST = recruit(8);
const OUR_NUMBERS = ["1140028922", "1130031000", "2135550199"];
/** The life-cycle events that contain the two numbers of the call. */
const WITH_NUMBERS: ReadonlySet<EventType> = new Set([
  "call.new",
  "call.standby",
  "call.waiting",
  "call.ongoing",
  "call.finished",
]);
const BY_THE_DIALER: ReadonlySet<FlowName> = new Set(["outbound", "campaign"]);

/**
 * Returns the bodies of one call in order, all different. The same script gives the same text. The agents are drawn for
 * this call alone, so two calls may name the same agent at the same time.
 */
export function writeCall(script: CallScript): CallEventBody[] {
  const random = createRandom(script.seed);
  const write = createCallWriter(script, random);
  const times = drawTimes(script, random);
  const agents = castAgents(script.steps, random);
  return script.steps.map((step, index) =>
    write({ step, atMs: times[index] ?? script.beginsMs, agent: agents[index] ?? null }),
  );
}

/** Draws the caller and the code of a call, and returns its writer. The script's steps and pause are not used. */
export function createCallWriter(script: CallScript, random: Random): CallWriter {
  const caller = drawCaller(script.flow, random);
  // a dialer's calls have no code of the customer
  const code = BY_THE_DIALER.has(script.flow) ? null : `ticket-${drawWhole(random, 10_000, 99_999)}`;
  const scene = { script, call_id: nameCall(script), caller, code };
  let count = 0;
  return (moment) => {
    const { step, atMs } = moment;
    const body = writeBody(scene, moment, count++);
    return { call_id: scene.call_id, type: step.type, atMs, body };
  };
}

/** Returns an event of an agent outside calls, once for each queue of the agent. */
export const writeAgentEvents = (
  type: AgentEventType,
  { login, extension, queues }: Person,
  { startAt, atMs, more = {} }: { startAt: Date; atMs: number; more?: Record<string, unknown> },
): CallEventBody[] =>
  queues.map((queue) => {
    const timestamp = new Date(startAt.getTime() + atMs).toISOString();
    const event = { type, timestamp, queue, actor: login, number: extension, ...more };
    return { call_id: login, type, atMs, body: JSON.stringify(event) };
  });

/** Returns an Asterisk unique id: epoch seconds, dot, sequence. */
function nameCall({ startAt, beginsMs, sequence, seed }: CallScript): string {
  const seconds = Math.floor((startAt.getTime() + beginsMs) / 1000);
  // the seed's digits keep two runs of the same second apart
  return `${seconds}.${10_000 + sequence}${String(seed % 1000).padStart(3, "0")}`;
}

function drawCaller(flow: FlowName, random: Random): Caller {
  const mobile = random() < 0.8;
  const area = drawOne(random, ["11", "21", "31", "41", "51", "71", "81"]);
  const rest = mobile
    ? `9${drawWhole(random, 10_000_000, 99_999_999)}`
    : `3${drawWhole(random, 100_0000, 999_9999)}`;
  return {
    direction: BY_THE_DIALER.has(flow) ? "outbound" : "inbound",
    our_number: drawOne(random, OUR_NUMBERS),
    their_number: `55${area}${rest}`,
    their_number_type: mobile ? "mobile" : "landline",
  };
}

/** Returns the time of each step: the previous step's time plus the gap at the pace of the script. */
function drawTimes({ steps, beginsMs, pauseMs }: CallScript, random: Random): number[] {
  const pace = createPace(steps, pauseMs, random);
  let atMs = Math.round(beginsMs);
  return steps.map((step, index) => {
    if (index > 0) atMs += pace(step.gapMs);
    return atMs;
  });
}

/** Chooses agents for the names in the flow: different ones in each call, the same one for the same name. */
function castAgents(steps: readonly FlowStep[], random: Random): (Person | null)[] {
  const names = [...new Set(steps.map(({ actor }) => actor).filter((actor) => actor !== undefined))];
  const first = drawWhole(random, 0, CAST.length - 1);
  return steps.map(({ actor }) =>
    actor === undefined ? null : (CAST[(first + names.indexOf(actor)) % CAST.length] ?? null),
  );
}

function writeBody({ script, call_id, code, caller }: Scene, moment: Moment, index: number): string {
  const { step, atMs, agent, more = {} } = moment;
  const old = script.oldSpelling;
  const { their_number_type, ...numbers } = caller;
  return JSON.stringify({
    type: old && step.type === "call.ongoing" ? "call.on-going" : step.type,
    call_id,
    timestamp: writeTime(script, atMs),
    ...(code === null ? {} : { code }),
    ...(WITH_NUMBERS.has(step.type) ? numbers : {}),
    ...(step.type === "call.new" ? { their_number_type } : {}),
    ...(step.queue === undefined ? {} : { queue: old ? Number(step.queue) : step.queue }),
    ...(agent === null ? {} : { actor: agent.login, number: agent.extension }),
    ...more,
    // two events of the same second would have the same text without the sender's own id
    ...(old ? { sid: `EV${call_id.replace(".", "")}${index}` } : {}),
  });
}

/** Returns the timestamp. Older senders write whole seconds, as a date or as epoch seconds. */
function writeTime({ startAt, oldSpelling, sequence }: CallScript, atMs: number): string {
  const time = new Date(startAt.getTime() + atMs).toISOString();
  if (!oldSpelling) return time;
  return sequence % 2 === 0 ? time.replace(/\.\d{3}Z$/, "Z") : String(Math.floor(Date.parse(time) / 1000));
}
