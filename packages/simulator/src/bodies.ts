import type { FlowName, FlowStep } from "@teravoz/domain";
import { createRandom, drawOne, drawWhole, type Random } from "./random.ts";

/** One event of a call, or of an agent, before anything happens to it on its way. */
export type CallEventBody = {
  /** Of an agent's event the login. */
  call_id: string;
  type: string;
  /** When it happens, in ms after the start of the run; its timestamp says the same as a date. */
  atMs: number;
  /** The JSON text, as it is sent. */
  body: string;
};

export type CallScript = {
  flow: FlowName;
  steps: readonly FlowStep[];
  seed: number;
  /** How many calls came before: makes the call_id the only one of its run. */
  sequence: number;
  /** The start of the run. */
  startAt: Date;
  /** When the call begins, in ms after the start of the run. */
  beginsMs: number;
  /** Mean pause between its events. */
  pauseMs: number;
  /** As older senders write: `call.on-going`, a numeric queue, whole or epoch seconds. */
  oldSpelling: boolean;
};

type Person = { login: string; extension: string };
type Caller = Record<"direction" | "our_number" | "their_number" | "their_number_type", string>;
type Scene = { script: CallScript; call_id: string; caller: Caller; code: string | null };
type Moment = { step: FlowStep; index: number; atMs: number; agent: Person | null };

const AGENTS: readonly Person[] = ["ana", "beto", "caio", "duda", "elis", "fabio", "gabi", "hugo"].map(
  (name, index) => ({ login: `${name}@example.com`, extension: String(200 + index) }),
);
const OUR_NUMBERS = ["1140028922", "1130031000", "2135550199"];
/** The life-cycle events that say who talks to whom. */
const WITH_NUMBERS = new Set(["call.new", "call.standby", "call.waiting", "call.ongoing", "call.finished"]);
/** Stamps are whole milliseconds, and no two events of a call share one: no two bodies are the same. */
const LEAST_PAUSE_MS = 1;

/** The bodies of one call in their order, each unlike any other. The same script gives the same text. */
export function writeCall(script: CallScript): CallEventBody[] {
  const random = createRandom(script.seed);
  const call_id = nameCall(script);
  const caller = drawCaller(script.flow, random);
  // a dialer's calls carry no code of the customer's
  const code = script.flow === "outbound" ? null : `ticket-${drawWhole(random, 10_000, 99_999)}`;
  const scene = { script, call_id, caller, code };
  const times = drawTimes(script, random);
  const agents = castAgents(script.steps, random);
  return script.steps.map((step, index) => {
    const atMs = times[index] ?? script.beginsMs;
    const moment = { step, index, atMs, agent: agents[index] ?? null };
    return { call_id, type: step.type, atMs, body: writeBody(scene, moment) };
  });
}

/** Every agent logs in when the run starts: all to queue 900, every other one to 901 as well. One event is sent for each queue. */
export const writeLogIns = (startAt: Date): CallEventBody[] =>
  AGENTS.flatMap(({ login, extension }, index) =>
    (index % 2 === 0 ? ["900"] : ["900", "901"]).map((queue) => {
      const type = "actor.logged-in";
      const event = { type, timestamp: startAt.toISOString(), queue, actor: login, number: extension };
      return { call_id: login, type, atMs: 0, body: JSON.stringify(event) };
    }),
  );

/** An Asterisk unique id: epoch seconds, dot, sequence. */
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
    direction: flow === "outbound" ? "outbound" : "inbound",
    our_number: drawOne(random, OUR_NUMBERS),
    their_number: `55${area}${rest}`,
    their_number_type: mobile ? "mobile" : "landline",
  };
}

/** When each step happens: its usual gap, stretched so that the mean is `pauseMs`, half to one and a half of it. */
function drawTimes({ steps, beginsMs, pauseMs }: CallScript, random: Random): number[] {
  const gaps = steps.slice(1).map((step) => step.gapMs);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / Math.max(1, gaps.length);
  let atMs = Math.round(beginsMs);
  return steps.map((step, index) => {
    if (index === 0) return atMs;
    const usual = mean > 0 ? step.gapMs / mean : 1;
    atMs += Math.max(LEAST_PAUSE_MS, Math.round(pauseMs * usual * (0.5 + random())));
    return atMs;
  });
}

/** The flow's agents played by ours: another one each call, the same one for the same name. */
function castAgents(steps: readonly FlowStep[], random: Random): (Person | null)[] {
  const names = [...new Set(steps.map(({ actor }) => actor).filter((actor) => actor !== undefined))];
  const first = drawWhole(random, 0, AGENTS.length - 1);
  return steps.map(({ actor }) =>
    actor === undefined ? null : (AGENTS[(first + names.indexOf(actor)) % AGENTS.length] ?? null),
  );
}

function writeBody({ script, call_id, code, caller }: Scene, { step, index, atMs, agent }: Moment): string {
  const old = script.oldSpelling;
  // a dialer's calls stand in no queue
  const queue = script.flow === "outbound" ? undefined : step.queue;
  const { their_number_type, ...numbers } = caller;
  return JSON.stringify({
    type: old && step.type === "call.ongoing" ? "call.on-going" : step.type,
    call_id,
    timestamp: writeTime(script, atMs),
    ...(code === null ? {} : { code }),
    ...(WITH_NUMBERS.has(step.type) ? numbers : {}),
    ...(step.type === "call.new" ? { their_number_type } : {}),
    ...(queue === undefined ? {} : { queue: old ? Number(queue) : queue }),
    ...(agent === null ? {} : { actor: agent.login, number: agent.extension }),
    // two events of one second would be the same text but for the sender's own id
    ...(old ? { sid: `EV${call_id.replace(".", "")}${index}` } : {}),
  });
}

/** Older senders write whole seconds, each its own way. */
function writeTime({ startAt, oldSpelling, sequence }: CallScript, atMs: number): string {
  const time = new Date(startAt.getTime() + atMs).toISOString();
  if (!oldSpelling) return time;
  return sequence % 2 === 0 ? time.replace(/\.\d{3}Z$/, "Z") : String(Math.floor(Date.parse(time) / 1000));
}
