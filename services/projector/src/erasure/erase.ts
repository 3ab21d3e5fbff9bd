import {
  type ErasureDesk,
  type ErasureSearch,
  type Person,
  type PersonReceipt,
  type PersonShare,
  type Receipt,
  type Subject,
  subjectId,
} from "@teravoz/domain";
import { LOG_CLEAN_MS, type Publisher, type TopicNames } from "@teravoz/kafka";
import { publishTombstones } from "./tombstones.ts";

export type ErasePorts = {
  erasures: ErasureDesk & ErasureSearch;
  publisher: Pick<Publisher, "publish">;
  topics: TopicNames;
  now(): Date;
};

/**
 * Asks for erasures: resolves when the ledger and the log have it, and whoever projects the partition will do it. Asking again is
 * safe. Throws Unavailable where one of them is away.
 */
export async function eraseSubjects(ports: ErasePorts, subjects: readonly Subject[]): Promise<Receipt> {
  const receipt = await ports.erasures.request(subjects);
  await publishTombstones(ports, subjects);
  return receipt;
}

/** What of a person goes: what is certain, or what is only possible too. */
export type Scope = { possible: boolean };

/**
 * Asks for all that is stored of a person by now; see ErasureSearch.findPerson for what that takes. A process that dies in between leaves
 * no receipt: the erasure is asked for again.
 */
export async function erasePerson(ports: ErasePorts, person: Person, scope: Scope): Promise<PersonReceipt> {
  const { erasures, topics, now } = ports;
  const found = await erasures.findPerson(person, { agentTopic: topics.agentEvents });
  const share = scope.possible ? joinShares(found.certain, found.possible) : found.certain;
  const subjects = subjectsOf(share, person, topics);
  // dead letters in the log have no key that a tombstone could name; they live no longer than this
  const logCleanBy = new Date(now().getTime() + LOG_CLEAN_MS);
  await erasures.request(subjects, person);
  await publishTombstones(ports, subjects);
  await erasures.deleteLetters(share.letters.map(({ id }) => id));
  const receipt = await erasures.requestFor(person, logCleanBy);
  const count = (kind: Subject["kind"]) => subjects.filter((each) => each.kind === kind).length;
  return { ...receipt, log_clean_by: null, calls: count("call"), agents: count("agent"), clean: 0 };
}

const joinShares = (one: PersonShare, other: PersonShare): PersonShare => ({
  calls: [...one.calls, ...other.calls],
  events: [...one.events, ...other.events],
  letters: [...one.letters, ...other.letters],
});

/** A dead letter with a key may be all that is known of its call yet, and its record lies in the log under that key. */
function subjectsOf({ calls, events, letters }: PersonShare, person: Person, topics: TopicNames): Subject[] {
  const subjects: Subject[] = [
    ...(person.kind === "actor" ? [{ kind: "agent" as const, key: person.key }] : []),
    ...calls.map((key) => ({ kind: "call" as const, key })),
    ...events.map(({ key }) => ({ kind: "agent" as const, key })),
    ...letters.flatMap(({ key, topic }): Subject[] =>
      key === null ? [] : [{ kind: topic === topics.agentEvents ? "agent" : "call", key }],
    ),
  ];
  return [...new Map(subjects.map((each) => [subjectId(each), each])).values()];
}
