import { orderEvents } from "@teravoz/domain";
import type { CallDocument, ClientView, Evidence, LogRecord, Offsets, SeenCall } from "./evidence.ts";
import { differingFields } from "./model-rules.ts";
import type { Violation } from "./violation.ts";

/** I7: in no sample, and not at the end, is an offset committed whose record is not stored, put aside or erased. */
export function findCommittedPast(evidence: Evidence): Violation[] {
  const { samples, committed, positions } = evidence;
  const end = { at: 0, committed, positions };
  const jumps = [...samples, end].flatMap((sample) => findJumps(sample.committed, sample.positions));
  const left = findLeft(evidence);
  return [...new Set([...jumps, ...left])].map((where) => ({
    invariant: "I7",
    damage: "committed past the stored",
    where,
    detail: "",
  }));
}

/** I7: a record that can never become an event is put aside once. */
export function findPoison({ poison, parked }: Evidence): Violation[] {
  const copies = Map.groupBy(parked, ({ sha }) => sha);
  return poison.flatMap((sha): Violation[] => {
    const count = copies.get(sha)?.length ?? 0;
    const found = { invariant: "I7", where: `record ${sha.slice(0, 12)}`, detail: `${count} times` } as const;
    if (count === 1) return [];
    return [{ ...found, damage: count === 0 ? "not put aside" : "put aside twice" }];
  });
}

const findJumps = (committed: Offsets, positions: Offsets): string[] =>
  Object.entries(committed)
    .filter(([place, offset]) => offset > (positions[place] ?? 0))
    .map(([place, offset]) => `${place}: ${offset} was committed, the position was ${positions[place] ?? 0}`);

/**
 * Returns the lost records among those that were neither parked nor erased. A record is lost if a sample saw its offset
 * as committed although no sample up to it had the event. It is also lost if its offset is committed at the end and the
 * event is not stored.
 */
function findLeft({ log, samples, committed, seen, parked, erased, events }: Evidence): string[] {
  const aside = new Set(parked.map(({ place, offset }) => `${place}:${offset}`));
  const stored = new Set(events.map(({ _id }) => _id));
  const isAccountedFor = ({ tombstone, key, place, offset }: LogRecord) =>
    tombstone || erased.has(key ?? "") || aside.has(`${place}:${offset}`);
  return log
    .filter((record) => !isAccountedFor(record))
    .filter(({ uuid, place, offset }) => {
      const first = samples.findIndex((sample) => offset < (sample.committed[place] ?? 0));
      const isSeen = first < 0 || (seen.get(uuid ?? "")?.first ?? Number.POSITIVE_INFINITY) <= first;
      return !isSeen || (offset < (committed[place] ?? 0) && !stored.has(uuid ?? ""));
    })
    .map(({ place, offset }) => `${place}: ${offset} was committed and not stored`);
}

/** I9: at quiet, each client shows what is stored: the calls, and the events of the calls it asked for, in order. */
export function findStaleClients({ clients, calls, events }: Evidence): Violation[] {
  const stored = new Map(calls.map((call) => [call.aggregate_id, call]));
  const histories = Map.groupBy(events, ({ aggregate_id }) => aggregate_id);
  return clients.flatMap((client) => [
    ...staleCalls(client, stored),
    ...client.unanswered.map((call_id) => staleClient(client, `no answer for the events of ${call_id}`)),
    ...client.events
      .filter(({ call_id, payloads }) => {
        const history = (histories.get(call_id) ?? []).map(({ _id, ...event }) => ({ ...event, uuid: _id }));
        const wanted = orderEvents(history).map(({ payload }) => payload);
        return JSON.stringify(wanted) !== JSON.stringify(payloads);
      })
      .map(({ call_id }) => staleClient(client, `the events of ${call_id}`)),
  ]);
}

function staleCalls(client: ClientView, stored: Map<string, CallDocument>): Violation[] {
  const seen = new Map<string, SeenCall>(client.calls.map((call) => [call.aggregate_id, call]));
  const missing = [...stored.keys()].filter((key) => !seen.has(key)).map((key) => `${key} is not shown`);
  const differing = client.calls.flatMap(({ aggregate_id, ...call }) => {
    const found = stored.get(aggregate_id);
    if (!found) return [`${aggregate_id} is shown, but not stored`];
    const { _id, ...wanted } = found;
    const fields = differingFields({ ...wanted, visits: found.legs }, { ...call, aggregate_id });
    return fields.length === 0 ? [] : [`${aggregate_id}: ${fields.join(", ")}`];
  });
  return [...missing, ...differing].map((detail) => staleClient(client, detail));
}

const staleClient = ({ name }: ClientView, detail: string): Violation => ({
  invariant: "I9",
  damage: "stale client",
  where: name,
  detail,
});

/** I10: an event that a client or a sample saw once is stored at the end, unless it was erased. */
export function findVanished({ clients, seen, events, erased }: Evidence): Violation[] {
  const stored = new Set(events.map(({ _id }) => _id));
  const byClients = clients.flatMap(({ name, vanished }) =>
    vanished.map(({ call, detail }) => ({ call, detail: `${name}: ${detail}` })),
  );
  const bySamples = [...seen]
    .filter(([uuid]) => !stored.has(uuid))
    .map(([uuid, { call }]) => ({ call, detail: `event ${uuid} was stored` }));
  return [...byClients, ...bySamples]
    .filter(({ call }) => !erased.has(call))
    .map(({ call, detail }) => ({ invariant: "I10", damage: "vanished", where: `call ${call}`, detail }));
}

/** I13: no process ended except by the nemesis, and everything recovered in time. */
export function findLifeless({ ends, unrecovered }: Evidence): Violation[] {
  return [
    ...ends.map(
      ({ name, how }): Violation => ({
        invariant: "I13",
        damage: "ended by itself",
        where: name,
        detail: how,
      }),
    ),
    ...unrecovered.map(
      (where): Violation => ({ invariant: "I13", damage: "not recovered", where, detail: "" }),
    ),
  ];
}
