import { readBody } from "../event/body.ts";
import { type EventType, FINISHED_RANK, findDefinition, OTHER_RANK } from "../event/catalogue.ts";
import type { Event } from "../event/event.ts";
import { isSameAgent, readStep, type Step, type StepAgent, stepKey } from "../event/step.ts";
import { type ReadOccurrence, readOccurrence as readInUtc } from "../time/timestamp.ts";

/** Everything on which the order of a call's events depends. */
export type OrderKey = {
  uuid: string;
  /** The smallest `received_at` of the event, in ms. */
  receivedMs: number;
  /** The vendor's stamp, or `received_at` if there is none, in ms. */
  ms: number;
  /** True if the stamp has no milliseconds: it is equal to every other stamp of its second. */
  whole: boolean;
  /** True if the event has a stamp. */
  stamped: boolean;
  rank: number;
  step: Step;
};

/** An event with its parsed body and its order key. */
export type OrderedEvent<E extends Event = Event> = OrderKey & {
  event: E;
  body: Record<string, unknown>;
  /** True if the same step comes before it: the event adds its fields, but is not a separate step. */
  isTwin: boolean;
};

/** The events of one call in the order of the fold. The order depends on the set of events alone. */
export const orderEvents = <E extends Event>(events: readonly E[], readOccurrence = readInUtc): E[] =>
  withOrderKeys(events, readOccurrence).map(({ event }) => event);

export function withOrderKeys<E extends Event>(
  events: readonly E[],
  readOccurrence = readInUtc,
): OrderedEvent<E>[] {
  const groups = orderGroups(events.map((event) => withOrderKey(event, readOccurrence)));
  return groups.flatMap((group) =>
    group.map((placed, n) => (n === 0 ? placed : { ...placed, isTwin: true })),
  );
}

/** The order key of an event, without its body, so that a call with many events can be ordered in little memory. */
export function orderKeyOf(placed: Event, readOccurrence = readInUtc): OrderKey {
  const { event: _event, body: _body, isTwin: _isTwin, ...key } = withOrderKey(placed, readOccurrence);
  return key;
}

/**
 * Sorts order keys by time. Events of equal time follow the life cycle, which starts at the state of the call and wraps
 * around: the next event is the one with the smallest rank above the last rank, or else with the smallest rank of all.
 * Within a second, stamps with milliseconds keep their order, and stamps without are merged in by the same rule. Equal
 * events are ordered by reception, then by uuid. A ring of an agent comes before its end, unless the agent is already
 * ringing. Events that are one step stay together.
 */
export const sortOrderKeys = <P extends OrderKey>(keys: readonly P[]): P[] => orderGroups(keys).flat();

/** Returns a group for each step: first the event that represents the step, then its repetitions. */
function orderGroups<P extends OrderKey>(keys: readonly P[]): P[][] {
  const bySecond = Map.groupBy(keys, ({ ms }) => Math.floor(ms / 1000));
  const seconds = [...bySecond].sort(([one], [other]) => one - other);
  const course = beginCourse();
  return seconds.flatMap(([, second]) => orderSecond(second, course));
}

function withOrderKey<E extends Event>(event: E, readOccurrence: ReadOccurrence): OrderedEvent<E> {
  const body = readBody(event.payload);
  const stamp = readOccurrence(body.timestamp, event.received_at);
  const receivedMs = event.received_at.getTime();
  return {
    event,
    body,
    uuid: event.uuid,
    receivedMs,
    ms: stamp?.ms ?? receivedMs,
    whole: stamp?.whole ?? false,
    stamped: stamp !== null,
    rank: findDefinition(event.type)?.rank ?? OTHER_RANK,
    step: readStep(event.type, body),
    isTwin: false,
  };
}

/** A ring whose end was never received ends after two minutes. */
export const LONGEST_RING_MS = 120_000;

/** The state of a call while its events are put in order. */
type Course = {
  /** The last rank; -1 before the first event. */
  rank: number;
  /** The agents that ring, with the beginning of each ring. */
  ringing: { agent: StepAgent; ms: number }[];
  /** The queue of an unanswered wait: null if it has no name, undefined if there is no wait. */
  waitsIn: string | null | undefined;
};

const beginCourse = (): Course => ({ rank: -1, ringing: [], waitsIn: undefined });

function orderSecond<P extends OrderKey>(second: P[], course: Course): P[][] {
  if (second.length === 1) {
    follow(course, second[0]!);
    return [second];
  }
  const groups = [...Map.groupBy(second, ({ ms }) => ms).values()].flatMap(groupTwins);
  const groupOf = new Map(groups.map((group) => [group[0]!, group]));
  return orderSteps([...groupOf.keys()], course).map((step) => groupOf.get(step)!);
}

/**
 * Groups the events that are one step. The event with the finer stamp represents the step. If the stamps are equally
 * fine, the event that was received first represents it.
 */
function groupTwins<P extends OrderKey>(equals: P[]): P[][] {
  if (equals.length === 1) return [equals];
  const groups = Map.groupBy(
    equals,
    ({ step, stamped, ms, uuid }) => stepKey(step, stamped ? ms : null) ?? uuid,
  );
  return [...groups.values()].map((group) =>
    group.sort((one, other) => Number(one.whole) - Number(other.whole) || byReception(one, other)),
  );
}

/** The steps that are not ordered yet, by rank. The last element of each rank is its next step. */
type Ranks<P extends OrderKey> = P[][];

function orderSteps<P extends OrderKey>(steps: P[], course: Course): P[] {
  const wholes = steps.filter(({ whole }) => whole);
  const open = byRank(wholes);
  const exact = Map.groupBy(
    steps.filter(({ whole }) => !whole),
    ({ ms }) => ms,
  );
  // the search for a partner is skipped if it cannot find one: a queue that rings all its agents causes hundreds of
  // rings in a second
  const mayPair = RING_TYPES.every((type) => steps.some(({ step }) => step.type === type));
  const ordered: P[] = [];
  const add = (key: P) => {
    follow(course, key);
    ordered.push(key);
  };
  const take = (due: Ranks<P>) => {
    const rank = nextRank(course.rank, (each) => due[each]!.length + open[each]!.length > 0);
    const [dueNow, openNow] = [due[rank]!, open[rank]!];
    const next = firstReceived(dueNow.at(-1), openNow.at(-1));
    const first = (mayPair && partnerBefore(next, [openNow, dueNow], course)) || next;
    remove(dueNow.includes(first) ? dueNow : openNow, first);
    add(first);
  };
  const addAll = (keys: P[]) => {
    for (const key of keys.toReversed()) add(key);
  };
  for (const [, group] of [...exact].sort(([one], [other]) => one - other)) {
    if (group.length === 1 && wholes.length === 0) {
      add(group[0]!);
      continue;
    }
    const due = byRank(group);
    while (isUnderWay(due) || (due[FINISHED_RANK]!.length > 0 && isUnderWay(open))) take(due);
    const finished = due[FINISHED_RANK]!;
    // if several ends are equal, the one received first counts
    if (finished.length > 0) finished.push(...open[FINISHED_RANK]!.splice(0));
    addAll(finished.sort(byReception).reverse());
    addAll(due[OTHER_RANK]!);
  }
  while (isUnderWay(open)) take(open);
  addAll(open[FINISHED_RANK]!);
  addAll(open[OTHER_RANK]!);
  return ordered;
}

/** Returns the ring that must come before its end, or the end that must come before the next ring of the same agent. */
function partnerBefore<P extends OrderKey>(
  { step, ms }: P,
  [open, due]: readonly [readonly P[], readonly P[]],
  { ringing }: Course,
): P | undefined {
  if (!step.agent || !isRing(step.type)) return undefined;
  const isOf = isOneAgent(step.agent);
  const isPartner = (other: P) => other.step.type !== step.type && isOf(other.step.agent);
  const partner = open.findLast(isPartner) ?? due.findLast(isPartner);
  if (!partner) return undefined;
  const rings = ringing.some(({ agent, ms: since }) => isOf(agent) && ms - since <= LONGEST_RING_MS);
  const first: RingType = rings ? "actor.noanswer" : "actor.ringing";
  return step.type === first ? undefined : partner;
}

/** The types of a ring and of its end. */
const RING_TYPES = ["actor.ringing", "actor.noanswer"] as const satisfies EventType[];
type RingType = (typeof RING_TYPES)[number];

const isRing = (type: Step["type"]): boolean => RING_TYPES.some((each) => each === type);

const isOther =
  (agent: StepAgent) =>
  (other: { agent: StepAgent }): boolean =>
    !isOneAgent(agent)(other.agent);

const isOneAgent =
  (agent: StepAgent) =>
  (other: StepAgent | null): boolean =>
    other !== null && isSameAgent({ agent: other.name, extension: other.extension }, agent);

function remove<P>(keys: P[], key: P): void {
  keys.splice(keys.lastIndexOf(key), 1);
}

/** Updates the state of a call with one more of its events. */
function follow(course: Course, { rank, step, ms }: OrderKey): void {
  if (rank < FINISHED_RANK) course.rank = rank;
  const { agent, queue } = step;
  switch (step.type) {
    case "actor.ringing":
      if (agent) course.ringing.push({ agent, ms });
      return;
    case "actor.noanswer":
      if (agent) course.ringing = course.ringing.filter(isOther(agent));
      return;
    case "call.waiting":
      if (!isSameWait(course.waitsIn, queue)) course.ringing = [];
      course.waitsIn = queue ?? course.waitsIn ?? null;
      return;
    case "actor.entered":
    case "call.ongoing":
    case "call.overflow":
    case "call.queue-abandon":
    case "call.finished":
      course.ringing = [];
      course.waitsIn = undefined;
      return;
    case "call.new":
    case "call.standby":
    case "call.follow-me":
    case "actor.left":
    case "call.recording-available":
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

/**
 * Returns whether a call.waiting continues the present wait. It does if it names the same queue or none, or if it is
 * the first of the wait that names a queue.
 */
export const isSameWait = (waitsIn: string | null | undefined, queue: string | null): boolean =>
  waitsIn !== undefined && (waitsIn === null || queue === null || waitsIn === queue);

function byRank<P extends OrderKey>(keys: P[]): Ranks<P> {
  const ranks: Ranks<P> = Array.from({ length: OTHER_RANK + 1 }, () => []);
  for (const key of keys.toSorted(byReception).reverse()) ranks[key.rank]!.push(key);
  return ranks;
}

function firstReceived<P extends OrderKey>(one: P | undefined, other: P | undefined): P {
  if (!one || !other) return (one ?? other)!;
  return byReception(one, other) < 0 ? one : other;
}

const byReception = (one: OrderKey, other: OrderKey): number =>
  one.receivedMs - other.receivedMs || (one.uuid < other.uuid ? -1 : 1);

/** Returns whether a step of the life cycle, other than its end, is left. */
const isUnderWay = (ranks: Ranks<OrderKey>): boolean =>
  ranks.some((left, rank) => rank < FINISHED_RANK && left.length > 0);

function nextRank(stands: number, isThere: (rank: number) => boolean): number {
  for (let rank = stands + 1; rank < FINISHED_RANK; rank++) if (isThere(rank)) return rank;
  for (let rank = 0; rank <= stands; rank++) if (isThere(rank)) return rank;
  throw new Error("no step of the life cycle is left");
}
