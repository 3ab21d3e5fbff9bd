import {
  type ErasureDesk,
  type ErasureSearch,
  type Person,
  type PersonFindings,
  type PersonReceipt,
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

/**
 * Asks for all that is stored of a person by now; see ErasureSearch.findPerson for what that takes. Who dies in between leaves no
 * receipt of it: it is asked for again.
 */
export async function erasePerson(ports: ErasePorts, person: Person): Promise<PersonReceipt> {
  const { erasures, topics, now } = ports;
  const found = await erasures.findPerson(person);
  const subjects = subjectsOf(found, topics);
  // dead letters in the log have no key that a tombstone could name; they live no longer than this
  const logCleanBy = new Date(now().getTime() + LOG_CLEAN_MS);
  await erasures.request(subjects, person);
  await publishTombstones(ports, subjects);
  await erasures.deleteLetters(found.letters.map(({ id }) => id));
  const receipt = await erasures.requestFor(person, logCleanBy);
  const count = (kind: Subject["kind"]) => subjects.filter((each) => each.kind === kind).length;
  return { ...receipt, log_clean_by: null, calls: count("call"), agents: count("agent"), clean: 0 };
}

/** A dead letter with a key may be all that is known of its call yet, and its record lies in the log under that key. */
function subjectsOf({ subjects, letters }: PersonFindings, topics: TopicNames): Subject[] {
  const ofLetters = letters.flatMap(({ key, topic }): Subject[] =>
    key === null ? [] : [{ kind: topic === topics.agentEvents ? "agent" : "call", key }],
  );
  return [...new Map([...subjects, ...ofLetters].map((each) => [subjectId(each), each])).values()];
}
