import type { Step } from "../event/step.ts";
import { secondOf } from "../time/window.ts";
import { beginCallAgents, type CallAgent, type CallAgents, identify, loginOf } from "./call-agents.ts";
import { answerRings, beginRing, beginRings, endRings, missRing, type Rings } from "./rings.ts";
import {
  beginTalk,
  beginTalks,
  cutTalks,
  endAllTalks,
  leaveTalk,
  type Presents,
  type Talks,
} from "./talks.ts";
import {
  abandonVisit,
  beginVisits,
  confirmAnswer,
  endLastVisit,
  enterAgent,
  enterQueue,
  leaveVisit,
  overflowVisit,
  ringVisit,
  type Visits,
} from "./visits.ts";

/** The course of a call while its steps are applied one after the other. */
export type Story = {
  visits: Visits;
  talks: Talks;
  rings: Rings;
  agents: CallAgents;
  /** The first answer while the call was in no queue. */
  direct_at: Date | null;
  /** The first call.ongoing. */
  connected_at: Date | null;
  /** The time of the last event of the life cycle. */
  last_at: Date | null;
  /**
   * `abandon` is an abandon with the agents who were on the call, and `recorded` is a finished recording. Each of them
   * ends the call unless the life cycle continues.
   */
  abandon: { at: Date; presents: Presents } | null;
  recorded: Moment | null;
  /** The end of the call. No step changes the call after it. */
  finished_at: Date | null;
};

export const beginStory = (): Story => ({
  visits: beginVisits(),
  talks: beginTalks(),
  rings: beginRings(),
  agents: beginCallAgents(),
  direct_at: null,
  connected_at: null,
  last_at: null,
  abandon: null,
  recorded: null,
  finished_at: null,
});

/** `whole` is true if the stamp has no milliseconds. */
type Moment = { at: Date; whole: boolean };

/** `lastQueue` is the last queue that an event of the call named, this event included. */
export type StoryStep = Step & Moment & { lastQueue: string | null };

/** Applies one more step, in the order of the fold. No step changes a call after its call.finished. */
export function takeStep(story: Story, step: StoryStep): void {
  if (story.finished_at) return;
  applyStep(story, { ...step, agent: step.agent && identify(story.agents, step.agent) });
}

/**
 * Continues a call that an abandon or a recording had ended, because a later event shows that it goes on. A recording
 * of the same moment still ends the call, whichever of the two was applied first.
 */
function goOn(story: Story, step: Moment): void {
  story.abandon = null;
  if (story.recorded && isLater(step, story.recorded)) story.recorded = null;
  story.last_at = step.at;
}

const isLater = (one: Moment, other: Moment): boolean =>
  one.whole || other.whole ? secondOf(one.at) > secondOf(other.at) : one.at > other.at;

type TakenStep = Omit<StoryStep, "agent"> & { agent: CallAgent | null };

/** Applies a step. A ring, or an agent who leaves, does not show that the call continues. */
function applyStep(story: Story, step: TakenStep): void {
  const { visits, talks, rings } = story;
  const { queue, agent, at } = step;
  switch (step.type) {
    case "call.new":
      story.last_at = at;
      return;
    case "call.standby":
      goOn(story, step);
      return;
    case "call.waiting":
      goOn(story, step);
      if (enterQueue(visits, queue, at)) endRings(rings, at);
      return;
    case "actor.ringing":
      ringVisit(visits);
      if (agent) beginRing(rings, agent, at);
      return;
    case "actor.noanswer":
      ringVisit(visits);
      if (agent) missRing(rings, { ...agent, name: loginOf(story.agents, agent) }, at);
      return;
    case "actor.entered":
      goOn(story, step);
      enter(story, step);
      return;
    case "call.ongoing":
      goOn(story, step);
      story.connected_at ??= at;
      if (!visits.open) answerDirectly(story, at);
      confirmAnswer(visits, at);
      endRings(rings, at);
      return;
    case "actor.left": {
      story.last_at = at;
      const leaving = leaveTalk(talks, agent, at);
      if (leaving.length > 0) leaveVisit(visits, { leaving, presents: talks.present, at });
      return;
    }
    case "call.overflow":
      overflowVisit(visits, at);
      endRings(rings, at);
      return;
    case "call.queue-abandon":
      abandonVisit(visits, { queue, lastQueue: step.lastQueue, at });
      endRings(rings, at);
      story.abandon ??= { at, presents: talks.present };
      return;
    case "call.recording-available":
      story.recorded = { at, whole: step.whole };
      return;
    case "call.finished":
      end(story, at);
      return;
    case "call.follow-me":
    case "call.data-provided":
    case "call.cpf-provided":
    case "call.cnpj-provided":
    case "actor.logged-in":
    case "actor.logged-out":
    case "actor.paused":
    case "actor.unpaused":
    case "peer.ringing":
    case "dialer.attempt":
    case "dialer.success":
    case "dialer.failure":
    case "dialer.expired":
    case "dialer.exceeded":
    case null:
      return;
  }
  step.type satisfies never;
}

function enter(story: Story, { agent, queue, at }: TakenStep): void {
  const { visits, talks, rings } = story;
  answerRings(rings, agent, at);
  const takesOver = enterAgent(visits, { agent, queue, at });
  if (!visits.open) answerDirectly(story, at);
  beginTalk(talks, { agent, at, takesOver });
}

/** Sets the first answer outside of a visit. Within a second, a stamp without milliseconds may follow a later one. */
function answerDirectly(story: Story, at: Date): void {
  if (!story.direct_at || at < story.direct_at) story.direct_at = at;
}

/** Returns whether an answered call is over: no agent is on it, and no visit waits for its first agent. */
function isOver({ visits: { all, open }, talks, direct_at }: Story): boolean {
  const waits = open !== null && !open.visit.answered_at && !open.lapsed;
  const answered = direct_at !== null || open?.lapsed || all.some(({ answered_at }) => answered_at !== null);
  return Boolean(answered) && !waits && talks.present.length === 0;
}

/** Ends a call at its abandon or finished recording if the call did not continue after it. */
export function endStory(story: Story): void {
  const { abandon, recorded, last_at } = story;
  const at = abandon?.at ?? (recorded && isOver(story) ? last_at : null);
  if (story.finished_at || !at) return;
  end(story, at);
  if (abandon) cutTalks(abandon.presents, at);
}

function end(story: Story, at: Date): void {
  endLastVisit(story.visits, at);
  endAllTalks(story.talks, at);
  endRings(story.rings, at);
  story.finished_at = at;
}
