import type { CallAgent } from "./call-agents.ts";

/** The time of one agent on a call: from entering until the agent left, another agent took over, or the call ended. */
export type Talk = {
  /** The login, else the extension, as written. */
  agent: string;
  /** As the event names it. If an agent is known by the extension alone, `agent` is the extension too. */
  extension: string | null;
  entered_at: Date;
  /** Null while the agent is on the call. */
  ended_at: Date | null;
};

/** If a call has more talks, the latest are kept. */
export const MAX_TALKS = 100;

type Present = {
  /** Null if no event named the agent. */
  agent: CallAgent | null;
  entered_at: Date;
  /** Null for an agent without a name. */
  talk: Talk | null;
};

/** The agents who are on a call, in the order in which they entered. */
export type Presents = readonly Present[];

/** The talks of a call while it is folded. */
export type Talks = { all: Talk[]; present: Presents };

export const beginTalks = (): Talks => ({ all: [], present: [] });

/**
 * Begins the talk of an agent who enters. An agent who is already on the call becomes the last one. `takesOver` ends
 * all earlier talks.
 */
export function beginTalk(
  talks: Talks,
  { agent, at, takesOver }: { agent: CallAgent | null; at: Date; takesOver: boolean },
): void {
  if (takesOver) endAllTalks(talks, at);
  const known = talks.present.find((each) => each.agent?.key === agent?.key);
  if (known) {
    talks.present = [...talks.present.filter((each) => each !== known), known];
    return;
  }
  const talk = agent && { agent: agent.name, extension: agent.extension, entered_at: at, ended_at: null };
  talks.present = [...talks.present, { agent, entered_at: at, talk }];
  if (!talk) return;
  talks.all.push(talk);
  if (talks.all.length > MAX_TALKS) talks.all.shift();
}

/**
 * Ends the talk of an agent who leaves, or all talks if the event names no agent. Returns the agents who were on the
 * call and left.
 */
export function leaveTalk(talks: Talks, agent: CallAgent | null, at: Date): Presents {
  if (!agent) return endAllTalks(talks, at);
  const leaving = endTalks(talks, at, (each) => each.agent?.key === agent.key);
  return leaving.length > 0 ? leaving : endTalks(talks, at, (each) => isExtensionOf(each, agent));
}

/** Returns whether the entry named only the extension of this agent, who may leave under the login. */
const isExtensionOf = ({ agent }: Present, { extension }: CallAgent): boolean =>
  agent !== null && agent.name === extension && agent.extension === extension;

export const endAllTalks = (talks: Talks, at: Date): Presents => endTalks(talks, at, () => true);

/** Ends the talks of the agents who were on the call at its implied end, even if their actor.left came later. */
export function cutTalks(presents: Presents, at: Date): void {
  for (const { talk } of presents) if (talk) talk.ended_at = latest(talk.entered_at, at);
}

function endTalks(talks: Talks, at: Date, isEnding: (present: Present) => boolean): Presents {
  const ending = talks.present.filter(isEnding);
  talks.present = talks.present.filter((each) => !ending.includes(each));
  // a stamp without milliseconds may be earlier than the stamp of the entry
  for (const { talk } of ending) if (talk) talk.ended_at = latest(talk.entered_at, at);
  return ending;
}

export const lastOnCall = (presents: Presents): string | null => presents.at(-1)?.agent?.name ?? null;

const latest = (one: Date, other: Date): Date => (one > other ? one : other);
