import {
  type Asked,
  type CallStore,
  type ErasureAdmin,
  type ErasureSearch,
  type ErasureSubject,
  type Extent,
  type FoundDeadLetter,
  ledgerId,
  type Person,
  type PersonFindings,
  type PersonReceipt,
  type PersonShare,
  type Receipt,
  reasonToConfirm,
} from "@teravoz/domain";
import { type Codec, LOG_CLEAN_MS, type Publisher, type TopicNames } from "@teravoz/kafka";
import { publishErasures } from "./republish.ts";
import { publishTombstones } from "./tombstones.ts";

export type ErasePorts = {
  erasures: ErasureAdmin & ErasureSearch;
  store: Pick<CallStore, "listAgentEvents">;
  codec: Pick<Codec, "encodeEvent">;
  publisher: Pick<Publisher, "publish">;
  topics: TopicNames;
  now(): Date;
};

/**
 * Requests erasures. Resolves when the ledger and the log have them; the projector of each partition then carries them
 * out. A request may be repeated. Throws Unavailable if the ledger or the log is unavailable.
 */
export async function eraseSubjects(
  ports: ErasePorts,
  subjects: readonly ErasureSubject[],
): Promise<Receipt> {
  const receipt = await ports.erasures.request(subjects);
  await publishTombstones(ports, subjects);
  return receipt;
}

/** The scope of a person's erasure: certain findings only, or possible ones too. */
export type Scope = { possible: boolean };

/**
 * The request for a person's erasure. `confirm` is the number of calls that was confirmed, null if none was: see
 * reasonToConfirm.
 */
export type Wish = Scope & { confirm: number | null };

/** The erasure must be confirmed, because it would erase many calls. No call was erased. */
export class Unconfirmed extends Error {
  override name = "Unconfirmed";
  readonly calls: number;
  constructor(reason: string, calls: number) {
    super(reason);
    this.calls = calls;
  }
}

/** The extent of an erasure of these findings. */
export async function extentOf(
  { erasures, topics }: Pick<ErasePorts, "erasures" | "topics">,
  found: PersonFindings,
  scope: Scope,
): Promise<Extent> {
  const calls = callKeysOf(shareOf([found], scope), topics).length;
  return { calls, all: await erasures.countCalls(), isOurs: found.isOurs };
}

async function demandConfirmed(ports: ErasePorts, found: PersonFindings, wish: Wish): Promise<void> {
  const extent = await extentOf(ports, found, wish);
  const reason = reasonToConfirm(extent);
  if (reason !== null && (wish.confirm ?? -1) < extent.calls) throw new Unconfirmed(reason, extent.calls);
}

const shareOf = (all: readonly PersonFindings[], scope: Scope): PersonShare =>
  joinShares(all.flatMap(({ certain, possible }) => [certain, ...(scope.possible ? [possible] : [])]));

/**
 * Requests the erasure of all data about a person that is stored by now. ErasureSearch.findPerson says which data that
 * is. From then on the ledger keeps out events that happened before the erasure and arrive later, from the log, a spool
 * or a redelivery. A second search finds data that was stored during the first one. A process that crashes in between
 * leaves no receipt, so the erasure must be requested again. Throws Unconfirmed.
 */
export async function erasePerson(ports: ErasePorts, person: Person, wish: Wish): Promise<PersonReceipt> {
  const { erasures, topics, now } = ports;
  const search = { agentTopic: topics.agentEvents };
  const since = await erasures.mark();
  const found = await erasures.findPerson(person, search);
  await demandConfirmed(ports, found, wish);
  const erased_at = now();
  await erasures.keepOut(person, { erased_at, possible: wish.possible });
  const late = await erasures.findPerson(person, { ...search, since });
  const share = shareOf([found, late], wish);
  const plan = await planErasure(ports, person, share);
  // dead letters in the log have no key that a tombstone could name; they are kept no longer than this
  const logCleanBy = new Date(erased_at.getTime() + LOG_CLEAN_MS);
  await erasures.request(plan.asked, person);
  await publishErasures(ports, plan.tombstones);
  await erasures.deleteDeadLetters(share.deadLetters.map(({ id }) => id));
  const receipt = await erasures.requestFor(person, logCleanBy);
  return { ...receipt, log_clean_by: null, calls: plan.calls, agents: plan.agents, clean: 0 };
}

const joinShares = (shares: readonly PersonShare[]): PersonShare => ({
  calls: [...new Set(shares.flatMap(({ calls }) => calls))],
  events: distinctBy(
    shares.flatMap(({ events }) => events),
    ({ uuid }) => uuid,
  ),
  deadLetters: distinctBy(
    shares.flatMap(({ deadLetters }) => deadLetters),
    ({ id }) => id,
  ),
});

const distinctBy = <T>(all: readonly T[], keyOf: (each: T) => string): T[] => [
  ...new Map(all.map((each) => [keyOf(each), each])).values(),
];

const isOfAgent =
  (topics: TopicNames) =>
  ({ topic }: FoundDeadLetter): boolean =>
    topic === topics.agentEvents;

/** The keys of the found calls and of the calls of dead letters, each once. */
function callKeysOf({ calls, deadLetters }: PersonShare, topics: TopicNames): string[] {
  const ofDeadLetters = deadLetters
    .filter((deadLetter) => !isOfAgent(topics)(deadLetter))
    .flatMap(({ key }) => key ?? []);
  return [...new Set([...calls, ...ofDeadLetters])];
}

type Plan = {
  asked: Asked[];
  tombstones: (ErasureSubject & { uuids?: string[] })[];
  calls: number;
  agents: number;
};

/**
 * Plans an erasure. Calls are erased whole. An agent's key loses only the person's own events, one by one, because
 * others may share a dialer's campaign or an extension. If the key is the agent's own, and all its events are about the
 * agent, the whole key is erased. A dead letter with a key may be all that is known of its call so far, and its record
 * is in the log under that key.
 */
async function planErasure(
  { erasures, topics }: ErasePorts,
  person: Person,
  share: PersonShare,
): Promise<Plan> {
  const { events, deadLetters } = share;
  const subjects: ErasureSubject[] = callKeysOf(share, topics).map((key) => ({ kind: "call", key }));
  const uuidsOf = new Map<string, string[]>(
    deadLetters.filter(isOfAgent(topics)).flatMap(({ key }) => (key === null ? [] : [[key, []]])),
  );
  for (const { key, uuid } of events) uuidsOf.set(key, [...(uuidsOf.get(key) ?? []), uuid]);
  const own = person.kind === "actor" ? (uuidsOf.get(person.key) ?? []) : null;
  if (own && (await erasures.countAgentEvents(person.key)) <= own.length) {
    uuidsOf.delete(person.key);
    subjects.push({ kind: "agent", key: person.key });
  }
  const single = [...uuidsOf].map(([key, uuids]) => ({ kind: "agent" as const, key, uuids }));
  const asked: Asked[] = single.flatMap(({ key, uuids }) =>
    uuids.map((uuid) => ({ kind: "event" as const, key: uuid, of: key })),
  );
  const agents = new Set([...subjects, ...single.filter(({ uuids }) => uuids.length > 0)].map(ledgerId));
  const callCount = subjects.filter(({ kind }) => kind === "call").length;
  return {
    asked: [...subjects, ...asked],
    tombstones: [...subjects, ...single],
    calls: callCount,
    agents: agents.size - callCount,
  };
}
