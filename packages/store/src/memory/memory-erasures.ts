import {
  type Asked,
  agentKey,
  type DeadLetter,
  type DeadLetterWithBody,
  type ErasedPart,
  type FindParties,
  isErased,
  isPresence,
  type KeptOut,
  type LedgerKey,
  ledgerId,
  type Measure,
  type Person,
  type PersonReceipt,
  type PersonShare,
  pickOutdated,
  type Receipt,
  type Repeated,
  type StoredEvent,
  withoutArea,
} from "@teravoz/domain";
import { createGathered } from "../erasure/gather.ts";
import type { Erasures } from "../erasure/mongo-erasures.ts";
import { eventsOf, findErased, type LedgerEntry, type State } from "./memory-state.ts";

/** The part of the dead letters that erasures read and delete. */
export type ErasableDeadLetters = Iterable<DeadLetter> & {
  find(id: string): Promise<DeadLetterWithBody | null>;
  remove(ids: readonly string[]): void;
};

type Deps = { state: State; deadLetters: ErasableDeadLetters; parties: FindParties; now: () => number };

/** The model of the ledger of erasures, and of the search for data to erase. `now` in ms. */
export function createMemoryErasures({
  now = Date.now,
  ...parts
}: Omit<Deps, "now"> & { now?: () => number }): Erasures {
  const deps: Deps = { ...parts, now };
  const { state, deadLetters } = deps;
  return {
    request: async (asked, person) => request(deps, asked, person),
    requestFor: async (person, log_clean_by) => requestFor(deps, person, log_clean_by),
    keepOut: async (person, how) => keepOut(state, person, how),
    receipt: async (subject) => receiptOf(state.ledger.get(ledgerId(subject))),
    personReceipt: async (person) => personReceipt(state, person),
    // this ledger is lost when its process ends, so one list of keys is enough
    hasUnreadable: async () => false,
    mark: async () => {
      state.epoch += 1;
      return state.lastId;
    },
    findPerson: async (person, search) => {
      const gathered = createGathered();
      const asked = { ...search, person, findParties: deps.parties };
      for (const event of state.events.values())
        if (event.id > (search.since ?? 0)) gathered.addEvent(event, asked);
      for (const { id } of deadLetters) gathered.addDeadLetter((await deadLetters.find(id))!, asked);
      return gathered.findings();
    },
    findCall: async (key) => findCall(deps, key),
    measure: async (share) => measure(state, share),
    countCalls: async () => state.calls.size,
    countAgentEvents: async (key) => agentEventsOf(state, key).length,
    deleteDeadLetters: async (ids) => deadLetters.remove(ids),
    countMembers: async () => 1,
    unchangedSince: (time) =>
      pageOf(unchangedKeys(state, time).map((key) => ({ kind: "call" as const, key }))),
    outdatedSaid: (time) => pageOf(agentKeysOf(state).flatMap((key) => outdatedOf(state, key, time))),
    revived: () =>
      pageOf([...revivedCalls(state), ...agentKeysOf(state).flatMap((key) => revivedOf(state, key))]),
    revivedAside: () =>
      pageOf(
        [...new Set([...deadLetters].flatMap(({ key }) => key ?? []))].flatMap((key) =>
          findErased(state, [
            { kind: "call", key },
            { kind: "agent", key },
          ]),
        ),
      ),
  };
}

async function* pageOf<T>(items: T[]): AsyncIterable<T[]> {
  if (items.length > 0) yield items;
}

function entryOf(state: State, key: LedgerKey): LedgerEntry {
  const id = ledgerId(key);
  const entry = state.ledger.get(id) ?? {
    kind: key.kind,
    requested_at: null,
    clean_at: null,
    log_clean_by: null,
    asked_for: new Set<string>(),
    of: id,
  };
  state.ledger.set(id, entry);
  return entry;
}

function request({ state, now }: Deps, asked: readonly Asked[], person?: Person): Receipt {
  const receipt: Receipt = { requested_at: new Date(now()), clean_at: null, log_clean_by: null };
  for (const each of asked) {
    const entry = Object.assign(entryOf(state, each), receipt);
    if (each.kind === "event") entry.of = ledgerId({ kind: "agent", key: each.of });
    if (person) entry.asked_for.add(ledgerId(person));
  }
  return receipt;
}

function requestFor({ state, now }: Deps, person: Person, log_clean_by: Date): Receipt {
  const receipt: Receipt = { requested_at: new Date(now()), clean_at: null, log_clean_by };
  Object.assign(entryOf(state, person), receipt);
  return receipt;
}

/**
 * Enters the erasures of a batch. A repeated erasure does not finish a request: the request waits for its own
 * tombstone.
 */
export function enterErasures(state: State, parts: readonly ErasedPart[], now: number): void {
  for (const part of parts) {
    const isWaiting = state.ledger.get(ledgerId(part))?.clean_at === null;
    const entry = entryOf(state, part);
    entry.requested_at ??= part.erased_at;
    if (part.of !== undefined) entry.of = ledgerId({ kind: "agent", key: part.of });
    if (part.asked_for) entry.asked_for.add(ledgerId(part.asked_for));
    if (part.isRepeated && isWaiting) continue;
    entry.clean_at ??= new Date(now);
    entry.log_clean_by = latest(part.log_clean_by, entry.log_clean_by);
  }
}

const latest = (one: Date, other: Date | null): Date => (other !== null && other > one ? other : one);

/**
 * Enters a person, so that the person's events are no longer stored. If possible findings count too, the number without
 * its area code is also entered.
 */
export function keepOut(state: State, person: Person, { erased_at, possible }: KeptOut): void {
  const near = { ...person, key: withoutArea(person.key) };
  enter(state, person, erased_at, possible ? erased_at : undefined);
  if (possible && near.key !== person.key) enter(state, near, new Date(0), erased_at);
  state.epoch += 1;
}

function enter(state: State, person: Person, erased_at: Date, possibleUntil: Date | undefined): void {
  const known = state.erased.get(ledgerId(person));
  const until = possibleUntil ?? known?.possible_until;
  state.erased.set(ledgerId(person), {
    ...person,
    erased_at: latest(erased_at, known?.erased_at ?? null),
    ...(until && { possible_until: until }),
  });
}

function receiptOf(entry: LedgerEntry | undefined): Receipt | null {
  if (!entry?.requested_at) return null;
  const { requested_at, clean_at, log_clean_by } = entry;
  return { requested_at, clean_at, log_clean_by };
}

/** The receipt of a person. An agent counts once, however many of its events were requested. */
function personReceipt(state: State, person: Person): PersonReceipt | null {
  const own = receiptOf(state.ledger.get(ledgerId(person)));
  if (!own) return null;
  const asked = [...state.ledger.values()].filter(({ asked_for }) => asked_for.has(ledgerId(person)));
  const subjects = [...Map.groupBy(asked, ({ of }) => of).values()];
  const calls = subjects.filter(([first]) => first!.kind === "call").length;
  const clean = subjects.filter((all) => all.every(({ clean_at }) => clean_at !== null)).length;
  const isClean = clean === subjects.length;
  const last = (dates: (Date | null)[], least: Date) =>
    dates.reduce<Date>((one, other) => latest(one, other), least);
  return {
    requested_at: own.requested_at,
    clean_at: isClean
      ? last(
          asked.map(({ clean_at }) => clean_at),
          own.requested_at,
        )
      : null,
    log_clean_by: isClean
      ? last(
          asked.map(({ log_clean_by }) => log_clean_by),
          own.log_clean_by!,
        )
      : null,
    calls,
    agents: subjects.length - calls,
    clean,
  };
}

const agentEventsOf = ({ events }: State, key: string): StoredEvent[] =>
  [...events.values()].filter(({ kind, aggregate_id }) => kind === "agent" && aggregate_id === key);

const agentKeysOf = ({ events }: State): string[] => [
  ...new Set(
    [...events.values()].flatMap(({ kind, aggregate_id }) => (kind === "agent" ? aggregate_id : [])),
  ),
];

const findCall = ({ state, deadLetters }: Deps, key: string): PersonShare => ({
  calls: state.calls.has(key) ? [key] : [],
  events: [],
  deadLetters: [...deadLetters]
    .filter((deadLetter) => deadLetter.key === key)
    .map(({ id, source }) => ({ id, key, topic: source?.topic ?? null })),
});

function measure({ calls, events }: State, share: PersonShare): Measure {
  const ofCalls = share.calls.flatMap((key) => calls.get(key)?.call ?? []);
  const single = share.events.flatMap(({ uuid }) => events.get(uuid) ?? []);
  const times = [
    ...ofCalls.flatMap(({ created_at, updated_at }) => [created_at, updated_at]),
    ...single.map(({ received_at }) => received_at),
  ].sort((one, other) => one.getTime() - other.getTime());
  return {
    events: ofCalls.reduce((sum, call) => sum + call.events, single.length),
    first_at: times[0] ?? null,
    last_at: times.at(-1) ?? null,
  };
}

/**
 * The calls without an event since `time`. An oversized call does not change with its events, so its newest event
 * counts.
 */
const unchangedKeys = (state: State, time: Date): string[] =>
  [...state.calls.values()]
    .filter(({ call, oversized }) => {
      const isQuiet = () => eventsOf(state, call.aggregate_id).every(({ received_at }) => received_at < time);
      return call.updated_at < time && (!oversized || isQuiet());
    })
    .map(({ call }) => call.aggregate_id);

function outdatedOf(state: State, key: string, time: Date): Repeated[] {
  const erased: Repeated = { kind: "agent", key, erased_at: time };
  const events = agentEventsOf(state, key);
  if (!events.some(({ received_at }) => received_at < time)) return [];
  const [said, others] = [events.filter(isPresence), events.filter((event) => !isPresence(event))];
  if (!said.some(({ received_at }) => received_at < time)) return [erased];
  const isHeardOf = hasCallSince(state, said, time);
  const outdated = pickOutdated(said, { time, isHeardOf }, state.readOccurrence);
  if (outdated === "all") return [erased];
  const old = others.filter((event) => isErased(event, { ...erased, log_clean_by: time }));
  const uuids = [...outdated, ...old.map(({ uuid }) => uuid)];
  return uuids.length > 0 ? [{ ...erased, uuids }] : [];
}

/**
 * Returns whether a call since then names the agent, by the login or by an extension that the agent has logged in with.
 */
function hasCallSince(state: State, said: readonly StoredEvent[], time: Date): boolean {
  const names = said.flatMap(({ aggregate_id, payload }) => [
    agentKey(aggregate_id),
    JSON.parse(payload).number,
  ]);
  return [...state.calls.values()].some(
    ({ call }) => call.began_at >= time && call.agents.some((agent) => names.includes(agent)),
  );
}

const revivedCalls = ({ calls, erased }: State): Repeated[] =>
  [...calls.keys()].flatMap((key) => {
    const found = erased.get(ledgerId({ kind: "call", key }));
    return found ? [{ kind: "call" as const, key, erased_at: found.erased_at }] : [];
  });

function revivedOf(state: State, key: string): Repeated[] {
  const events = agentEventsOf(state, key);
  const whole = state.erased.get(ledgerId({ kind: "agent", key }));
  const single = events.flatMap(({ uuid }) => state.erased.get(ledgerId({ kind: "event", key: uuid })) ?? []);
  const isThere = whole && events.some((event) => isErased(event, whole));
  return [
    ...(isThere ? [{ kind: "agent" as const, key, erased_at: whole.erased_at }] : []),
    ...(single.length > 0
      ? [{ kind: "agent" as const, key, erased_at: lastOf(single), uuids: single.map((each) => each.key) }]
      : []),
  ];
}

const lastOf = (erased: readonly { erased_at: Date }[]): Date =>
  erased.map(({ erased_at }) => erased_at).reduce((one, other) => latest(one, other));
