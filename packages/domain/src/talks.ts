import { agentKey, type StepAgent } from "./step.ts";

/** The time of one agent on a call: from entering until they left, another agent took the call over, or the call ended. */
export type Talk = {
  /** The login, else the extension, as written. */
  agent: string;
  /** As the event told it. An agent who is known by the extension alone has it as `agent` too. */
  extension: string | null;
  entered_at: Date;
  /** Null while the agent is on the call. */
  ended_at: Date | null;
};

/** Of a call with more talks the latest are kept. */
export const MAX_TALKS = 100;

type Present = {
  /** Null if no event named the agent. */
  agent: string | null;
  extension: string | null;
  entered_at: Date;
  /** Null for an agent without a name. */
  talk: Talk | null;
};

/** The agents who are on a call, in the order they entered. */
export type Presents = readonly Present[];

/** The talks of a call while it is folded. */
export type Talks = { all: Talk[]; present: Presents };

export const beginTalks = (): Talks => ({ all: [], present: [] });

/** An agent enters; one who is on the call already is the last one again. `takesOver`: the talks of the others end. */
export function beginTalk(
  talks: Talks,
  { agent, at, takesOver }: { agent: StepAgent | null; at: Date; takesOver: boolean },
): void {
  const known = talks.present.find((each) => (agent ? isNamed(each, agent) : each.agent === null));
  if (takesOver) endTalks(talks, at, (each) => each !== known);
  if (known) {
    talks.present = [...talks.present.filter((each) => each !== known), known];
    return;
  }
  const talk = agent && { agent: agent.name, extension: agent.extension, entered_at: at, ended_at: null };
  const { name = null, extension = null } = agent ?? {};
  talks.present = [...talks.present, { agent: name, extension, entered_at: at, talk }];
  if (!talk) return;
  talks.all.push(talk);
  if (talks.all.length > MAX_TALKS) talks.all.shift();
}

/** An agent leaves, or all if none is named. Answers with the keys of those who were on the call and left. */
export const leaveTalk = (talks: Talks, agent: StepAgent | null, at: Date): Set<string> =>
  endTalks(talks, at, (each) => agent === null || isNamed(each, agent));

export const endAllTalks = (talks: Talks, at: Date): Set<string> => endTalks(talks, at, () => true);

function endTalks(talks: Talks, at: Date, isEnding: (present: Present) => boolean): Set<string> {
  const ending = talks.present.filter(isEnding);
  talks.present = talks.present.filter((each) => !ending.includes(each));
  // a stamp without milliseconds may stand before the one of the entering
  for (const { talk } of ending) if (talk) talk.ended_at = at > talk.entered_at ? at : talk.entered_at;
  return new Set(ending.map(({ agent }) => agentKey(agent ?? "")));
}

/** An event that names a login is about that login; one that names an extension alone, about the agent who has it. */
function isNamed(present: Present, { name, extension }: StepAgent): boolean {
  if (present.agent === null) return false;
  if (agentKey(present.agent) === agentKey(name)) return true;
  const byExtension = name === extension || present.agent === present.extension;
  return byExtension && extension !== null && extension === present.extension;
}

export const lastOnCall = (presents: Presents): string | null => presents.at(-1)?.agent ?? null;
