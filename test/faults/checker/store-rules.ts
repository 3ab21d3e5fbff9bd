import { parseWebhook } from "@teravoz/domain";
import type { EventDocument, Evidence } from "./evidence.ts";
import { type OperationOutcome, outcomesOf, shaOf } from "./history.ts";
import type { Violation } from "./violation.ts";

/** I1: every body answered with 200 is stored, unless its call was erased. */
export function findMissing({ history, events, erased, parked }: Evidence): Violation[] {
  const stored = new Set(events.map(({ payload }) => shaOf(payload)));
  const aside = new Set(parked.map(({ sha }) => sha));
  const keys = new Map(history.operations.map(({ sha, call }) => [sha, call]));
  return [...outcomesOf(history)]
    .filter(([sha, outcome]) => outcome === "ok" && !stored.has(sha) && !erased.has(keys.get(sha)!))
    .map(([sha]) => ({
      invariant: "I1",
      damage: "missing",
      where: `event ${sha.slice(0, 12)} of ${keys.get(sha)}`,
      detail: aside.has(sha) ? "it is in the dead letters" : "",
    }));
}

/**
 * I2: each event has one document, and no number is given to two events, even if one of them is only in the samples.
 */
export function findDoubled({ events, seen }: Evidence): Violation[] {
  const payloads = Map.groupBy(events, ({ payload }) => payload);
  const renumbered = events.filter(({ _id, id }) => seen.has(_id) && seen.get(_id)!.id !== id);
  return [
    ...[...payloads.values()].filter(isSeveral).map((same) => doubled(same, `${same.length} times`)),
    ...ownersOfNumbers({ events, seen }).flatMap(([id, uuids]) =>
      uuids.size > 1 ? [idTwice([...uuids].join(" and "), `number ${id}`)] : [],
    ),
    ...renumbered.map((event) =>
      idTwice(nameOf([event]), `was number ${seen.get(event._id)!.id}, is ${event.id}`),
    ),
  ];
}

/** Returns the uuids that had each number, at the end or in any sample. */
function ownersOfNumbers({ events, seen }: Pick<Evidence, "events" | "seen">): [number, Set<string>][] {
  const had = [
    ...events.map(({ _id, id }) => ({ uuid: _id, id })),
    ...Array.from(seen, ([uuid, { id }]) => ({ uuid, id })),
  ];
  return [...Map.groupBy(had, ({ id }) => id)].map(([id, all]) => [id, new Set(all.map(({ uuid }) => uuid))]);
}

const isSeveral = (each: unknown[]) => each.length > 1;
const nameOf = ([event]: EventDocument[]) => `event ${event!._id} of ${event!.aggregate_id}`;
const doubled = (same: EventDocument[], detail: string): Violation => ({
  invariant: "I2",
  damage: "doubled",
  where: nameOf(same),
  detail,
});
const idTwice = (where: string, detail: string): Violation => ({
  invariant: "I2",
  damage: "id given twice",
  where,
  detail,
});

/** I3: every stored event was sent, is unaltered, and has its own id. I4: no stored event was refused. */
export function findInvented({ history, events }: Evidence): Violation[] {
  const outcomes = outcomesOf(history);
  const uuids = uuidsOf(history.bodies.values());
  return events.flatMap((event) => judge(event, outcomes, uuids));
}

function judge(
  event: EventDocument,
  outcomes: Map<string, OperationOutcome>,
  uuids: Set<string>,
): Violation[] {
  const outcome = outcomes.get(shaOf(event.payload));
  const found = { where: nameOf([event]), detail: "" };
  if (outcome === undefined)
    return [{ ...found, invariant: "I3", damage: uuids.has(event._id) ? "altered" : "invented" }];
  if (outcome === "fail") return [{ ...found, invariant: "I4", damage: "refused but there" }];
  return isItself(event) ? [] : [{ ...found, invariant: "I3", damage: "swapped" }];
}

/** Returns whether an event's body agrees with the fields of its document. */
function isItself({ _id, kind, aggregate_id, type, payload, received_at }: EventDocument): boolean {
  const parsed = parseWebhook(Buffer.from(payload), received_at);
  if (parsed.outcome !== "accepted") return false;
  const { event } = parsed;
  return (
    event.uuid === _id && event.kind === kind && event.aggregate_id === aggregate_id && event.type === type
  );
}

function uuidsOf(bodies: Iterable<string>): Set<string> {
  const parsed = Array.from(bodies, (body) => parseWebhook(Buffer.from(body), new Date()));
  return new Set(parsed.flatMap((each) => (each.outcome === "accepted" ? [each.event.uuid] : [])));
}

/** I4 of the log: no refused event was written to it. */
export function findRefused({ history, log }: Evidence): Violation[] {
  const refused = [...outcomesOf(history)].filter(([, outcome]) => outcome === "fail");
  const uuids = uuidsOf(refused.map(([sha]) => history.bodies.get(sha)!));
  return log
    .filter(({ uuid }) => uuid !== null && uuids.has(uuid))
    .map(({ uuid, place, offset }) => ({
      invariant: "I4",
      damage: "refused but there",
      where: `event ${uuid}`,
      detail: `${place} at ${offset}`,
    }));
}

/** I11: nothing of an erased call is left, and no sample saw an event of it after the erasure. */
export function findErased({ events, calls, clients, seen, erased, remains }: Evidence): Violation[] {
  const left = [
    ...remains.map(({ call, place }) => [call, place] as const),
    ...events.map(({ aggregate_id }) => [aggregate_id, "an event"] as const),
    ...calls.map(({ aggregate_id }) => [aggregate_id, "the call"] as const),
    ...clients.flatMap(({ name, calls: theirs }) =>
      theirs.map(({ aggregate_id }) => [aggregate_id, `the view of ${name}`] as const),
    ),
  ].filter(([key]) => erased.has(key));
  const again = [...seen].flatMap(([uuid, { last, call }]) =>
    last > (erased.get(call) ?? Number.POSITIVE_INFINITY) ? [[call, `event ${uuid} came back`] as const] : [],
  );
  return [...left, ...again].map(([where, detail]) => ({
    invariant: "I11",
    damage: "erased but there",
    where,
    detail,
  }));
}

/** I11 of the logs: they have no personal data that was sent, and no unhandled fault. */
export const findLogged = ({ leaks }: Evidence): Violation[] =>
  leaks.map((where) => ({ invariant: "I11", damage: "personal in a log", where, detail: "" }));
