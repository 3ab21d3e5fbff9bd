import { expect, test } from "@jest/globals";
import { foldCall, orderEvents, parseWebhook } from "@teravoz/domain";
import { bodiesOf } from "../../support/traffic/traffic.ts";
import { check } from "./checker.ts";
import type { EventDocument, Evidence, SeenCall } from "./evidence.ts";
import { createHistory, type Operation, outcomesOf, shaOf } from "./history.ts";
import { findReplayedOtherwise } from "./model-rules.ts";
import { notifiedAfter } from "./notified-rules.ts";

const PLACE = "call-events:0";
const RECEIVED = new Date("2026-11-01T10:00:00Z");

/** The evidence of a good run: three calls, a redelivery whose answer was lost, and a body that was refused. */
function goodEvidence(): Evidence {
  const bodies = (["delegated", "abandoned", "transferred"] as const).flatMap((flow) => bodiesOf(flow));
  const history = createHistory();
  const refused = '{"type":"call.unheard-of","call_id":"0.1"}';
  const sent: [string, Operation["outcome"]][] = bodies.map((body) => [body, "ok"]);
  for (const [body, outcome] of [...sent, [bodies[0]!, "info"], [refused, "fail"]] as typeof sent) {
    history.bodies.set(shaOf(body), body);
    const op = history.operations.length;
    const call = JSON.parse(body).call_id;
    history.operations.push({ op, sha: shaOf(body), call, t0: op, t1: op + 1, outcome, answer: outcome });
  }
  const events = bodies.map(documentOf);
  const calls = callsOf(events);
  const seen = events.map(({ _id, id, aggregate_id }) => [
    _id,
    { call: aggregate_id, first: 0, last: 1, id },
  ]);
  const offsets = { [PLACE]: bodies.length };
  const log = events.map(({ _id, aggregate_id }, offset) => ({
    place: PLACE,
    offset,
    key: aggregate_id,
    uuid: _id,
    tombstone: false,
  }));
  const samples = [
    { at: 1, committed: offsets, positions: offsets },
    { at: 2, committed: offsets, positions: offsets },
  ];
  const shown = JSON.parse(
    JSON.stringify(calls.map(({ _id, ...call }) => ({ ...call, visits: call.legs }))),
  ) as SeenCall[];
  const first = events.filter(({ aggregate_id }) => aggregate_id === calls[0]!._id);
  const asked = {
    call_id: calls[0]!._id,
    payloads: orderEvents(first.map((event) => ({ ...event, uuid: event._id }))).map(
      ({ payload }) => payload,
    ),
  };
  return {
    history,
    events,
    calls,
    log,
    samples,
    committed: offsets,
    positions: offsets,
    parked: [],
    poison: [],
    notices: new Map(calls.map(({ _id, version }) => [_id, version])),
    lateNotices: 0,
    missedNotices: 0,
    seen: new Map(seen as [string, { call: string; first: number; last: number; id: number }][]),
    clients: [
      {
        name: "lister",
        calls: shown,
        events: [asked],
        notified: [8],
        heard: [],
        unanswered: [],
        vanished: [],
        connections: 1,
      },
    ],
    erased: new Map(),
    remains: [],
    leaks: [],
    ends: [],
    struckAt: [],
    unrecovered: [],
  };
}

function documentOf(payload: string, index: number): EventDocument {
  const parsed = parseWebhook(Buffer.from(payload), RECEIVED);
  if (parsed.outcome !== "accepted") throw new Error("the domain refuses the sample");
  const { uuid, ...event } = parsed.event;
  const source = { topic: "call-events", partition: 0, offset: index };
  return { _id: uuid, ...event, id: index + 1, source };
}

function callsOf(events: EventDocument[]): Evidence["calls"] {
  const histories = Map.groupBy(events, ({ aggregate_id }) => aggregate_id);
  return [...histories].map(([_id, history]) => {
    const folded = foldCall(history.map((event) => ({ ...event, uuid: event._id })))!;
    return { _id, ...folded, id: Math.min(...history.map(({ id }) => id)), version: 7 };
  });
}

const found = (evidence: Evidence) => [
  ...new Set(check(evidence).map(({ invariant, damage }) => `${invariant} ${damage}`)),
];

test("a good run has no violation", () => {
  expect(check(goodEvidence())).toEqual([]);
});

type Harm = [name: string, harm: (evidence: Evidence) => void, ...expected: string[]];

const harms: Harm[] = [
  [
    "a lost notice of a call's last change",
    ({ notices, calls }) => notices!.set(calls[1]!._id, 6),
    "I9 lost notice",
  ],
  [
    "an acknowledged event that was dropped before any client saw it",
    (evidence) => {
      const [dropped] = evidence.events.splice(3, 1);
      evidence.seen.delete(dropped!._id);
    },
    "I1 missing",
    "I5 stale call",
    "I7 committed past the stored",
    "I9 stale client",
  ],
  [
    "an event stored twice",
    ({ events }) => events.push({ ...events[2]!, _id: "other", id: 99 }),
    "I2 doubled",
  ],
  ["a number given to two events", ({ events }) => (events[2]!.id = events[3]!.id), "I2 id given twice"],
  [
    "a number given to another event later",
    ({ seen, events }) => (seen.get(events[5]!._id)!.id = 77),
    "I2 id given twice",
  ],
  [
    "a number given again after its event was erased",
    ({ erased, seen, events }) => {
      erased.set("4.4", 1);
      seen.set("erased since", { call: "4.4", first: 0, last: 0, id: events[5]!.id });
    },
    "I2 id given twice",
  ],
  [
    "an event altered on its way",
    ({ events }) => (events[1]!.payload = events[1]!.payload.replace("}", ',"x":1}')),
    "I1 missing",
    "I3 altered",
  ],
  [
    "two events swapped",
    ({ events }) => {
      const [one, other] = [events[0]!, events[1]!];
      [one.payload, other.payload] = [other.payload, one.payload];
    },
    "I3 swapped",
  ],
  [
    "an event that was never sent",
    (evidence) => {
      const payload = '{"type":"call.new","call_id":"9.9","timestamp":"2026-11-01T10:00:00Z"}';
      evidence.events.push(documentOf(payload, 80));
    },
    "I3 invented",
    "I5 events without a call",
  ],
  [
    "a refused event that is stored",
    (evidence) => {
      const sha = shaOf(evidence.events[0]!.payload);
      for (const operation of evidence.history.operations)
        if (operation.sha === sha) operation.outcome = "fail";
    },
    "I4 refused but there",
  ],
  ["a stale call", ({ calls }) => (calls[0]!.state = "WAITING"), "I5 stale call", "I9 stale client"],
  [
    "a call that lost its events",
    (evidence) => evidence.calls.push({ ...evidence.calls[0]!, _id: "5.5", aggregate_id: "5.5" }),
    "I5 call without events",
  ],
  ["a call with the number of another call", ({ calls }) => (calls[0]!.id = 4), "I5 stale call"],
  [
    "a client that shows an old state",
    ({ clients }) => (clients[0]!.calls[0]!.state = "NEW"),
    "I9 stale client",
  ],
  ["a client that misses a call", ({ clients }) => clients[0]!.calls.pop(), "I9 stale client"],
  [
    "a client that got the events in the wrong order",
    ({ clients }) => clients[0]!.events[0]!.payloads.reverse(),
    "I9 stale client",
  ],
  [
    "a client that was not notified of the last change",
    ({ clients }) => clients[0]!.notified.pop(),
    "I9 stale client",
  ],
  [
    "a client that asked for a call's events and got no answer",
    ({ clients }) => clients[0]!.unanswered.push("1.1"),
    "I9 stale client",
  ],
  [
    "an event that a client saw and that is gone",
    ({ clients }) => clients[0]!.vanished.push({ call: "1.1", detail: "7 events, then 6" }),
    "I10 vanished",
  ],
  [
    "an event that a sample saw and that is gone",
    ({ seen }) => seen.set("gone", { call: "1.1", first: 0, last: 0, id: 55 }),
    "I10 vanished",
  ],
  [
    "an offset committed past the position",
    ({ samples }) => (samples[0] = { ...samples[0]!, positions: { [PLACE]: 3 } }),
    "I7 committed past the stored",
  ],
  [
    "an offset committed before its event was stored",
    ({ seen, events }) => (seen.get(events[4]!._id)!.first = 1),
    "I7 committed past the stored",
  ],
  ["a poison record that was not put aside", ({ poison }) => poison.push("p"), "I7 not put aside"],
  [
    "a poison record that was put aside twice",
    ({ poison, parked }) => {
      poison.push("p");
      for (const offset of [7, 8]) parked.push({ reason: "not-avro", place: PLACE, offset, sha: "p" });
    },
    "I7 put aside twice",
  ],
  [
    "an erased call whose events are still stored",
    (evidence) => evidence.erased.set(evidence.calls[0]!._id, 1),
    "I11 erased but there",
  ],
  [
    "an erased call that came back for a while",
    ({ erased, seen }) => {
      erased.set("4.4", 0);
      seen.set("back", { call: "4.4", first: 0, last: 1, id: 55 });
    },
    "I11 erased but there",
  ],
  [
    "an erased call whose number is still in the dead letters",
    ({ erased, remains }) => {
      erased.set("4.4", 1);
      remains.push({ call: "4.4", place: "dead_letters" });
    },
    "I11 erased but there",
  ],
  [
    "a number in a log",
    ({ leaks }) => leaks.push("ingest-1.log holds 5511987654321"),
    "I11 personal in a log",
  ],
  [
    "a process that ended without being struck",
    ({ ends }) => ends.push({ name: "projector-1", how: "ended with code 1" }),
    "I13 ended by itself",
  ],
  [
    "a lag that does not end",
    ({ unrecovered }) => unrecovered.push("call-events:3: lag 12"),
    "I13 not recovered",
  ],
];

test.each(harms)("%s is named", (_name, harm, ...expected) => {
  const evidence = goodEvidence();
  harm(evidence);
  const names = found(evidence);
  expect(names).toEqual(expect.arrayContaining(expected));
});

test("the time from a change to its notification is measured, except while something is struck", () => {
  const evidence = goodEvidence();
  evidence.clients[0]!.heard = [
    { version: 7, at: 20 },
    { version: 90_000, at: 90_150 },
    { version: 95_001, at: 95_011 },
  ];
  expect(notifiedAfter(evidence)).toEqual([13, 150, 10]);
  evidence.struckAt = [{ from: 90_900, to: 95_000 }];
  expect(notifiedAfter(evidence)).toEqual([13, 10]);
});

test("a missing event that is in the dead letters is still missing, and the detail names the dead letters", () => {
  const evidence = goodEvidence();
  const [dropped] = evidence.events.splice(3, 1);
  evidence.parked.push({ reason: "unstorable", place: PLACE, offset: 3, sha: shaOf(dropped!.payload) });
  const missing = check(evidence).filter(({ damage }) => damage === "missing");
  expect(missing).toMatchObject([{ detail: "it is in the dead letters" }]);
});

test("the events of an erased call do not count as missing", () => {
  const evidence = goodEvidence();
  const key = evidence.calls[0]!._id;
  evidence.events = evidence.events.filter(({ aggregate_id }) => aggregate_id !== key);
  evidence.calls = evidence.calls.filter(({ _id }) => _id !== key);
  for (const client of evidence.clients) {
    client.calls = client.calls.filter(({ aggregate_id }) => aggregate_id !== key);
    client.events = [];
  }
  expect(found(evidence)).toContain("I1 missing");
  evidence.erased.set(key, 2);
  expect(found(evidence)).toEqual([]);
});

test("a replay that gives a call another number, or loses an event, is named", () => {
  const [before, after] = [goodEvidence(), goodEvidence()];
  expect(findReplayedOtherwise(before, before)).toEqual([]);
  after.calls = before.calls.map((call) => ({ ...call, version: 99 }));
  after.events = [...before.events];
  expect(findReplayedOtherwise(before, after)).toEqual([]);
  after.calls[0]!.id = 1_000;
  after.events.pop();
  const damages = findReplayedOtherwise(before, after).map(({ where }) => where);
  expect(damages).toEqual([
    expect.stringContaining("id"),
    expect.stringContaining("event "),
    "0 calls and -1 events more",
  ]);
});

test("a body that was acknowledged once counts as acknowledged, even if other requests had no answer", () => {
  const { history } = goodEvidence();
  const [redelivered] = history.operations;
  expect(outcomesOf(history).get(redelivered!.sha)).toBe("ok");
});
