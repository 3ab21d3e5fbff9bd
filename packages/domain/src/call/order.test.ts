import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ana, at, beto, callOf, q900, receive, type Sent, wholeSecond } from "../../testing/calls.ts";
import { orderEvents, orderKeyOf, sortOrderKeys } from "./order.ts";

/** An event whose stamp is the whole second 0, received `receivedS` seconds after it. */
const inSecond = (type: string, receivedS: number, fields: Record<string, unknown> = {}): Sent => [
  type,
  receivedS,
  { ...fields, timestamp: wholeSecond(0) },
];
const typesOf = (...sent: Sent[]) => orderEvents(sent.map((each) => receive(each))).map(({ type }) => type);

describe("within one whole second", () => {
  test("a ring comes before its end, whichever was received first", () => {
    expect(typesOf(inSecond("actor.noanswer", 0.1, ana), inSecond("actor.ringing", 0.2, ana))).toEqual([
      "actor.ringing",
      "actor.noanswer",
    ]);
  });

  test("the end of a ring comes before the next ring if the agent is already ringing", () => {
    const rings: Sent = ["actor.ringing", -5, ana];
    const types = typesOf(rings, inSecond("actor.ringing", 0.1, ana), inSecond("actor.noanswer", 0.2, ana));
    expect(types).toEqual(["actor.ringing", "actor.noanswer", "actor.ringing"]);
  });

  test("the ring of one agent does not affect the order of another agent's ring", () => {
    const rings: Sent = ["actor.ringing", -5, beto];
    const types = typesOf(rings, inSecond("actor.noanswer", 0.1, ana), inSecond("actor.ringing", 0.2, ana));
    expect(types).toEqual(["actor.ringing", "actor.ringing", "actor.noanswer"]);
  });

  test("an agent whose ring ends and begins again in that second is ringing", () => {
    const call = callOf(
      ["call.waiting", -9, q900],
      ["actor.ringing", -5, ana],
      inSecond("actor.ringing", 0.1, ana),
      inSecond("actor.noanswer", 0.2, ana),
    );
    expect(call.rings).toMatchObject([
      { rang: 2, missed: 1, latest: [{ missed: true }, { ended_at: null }] },
    ]);
  });

  test("events that are still equal are ordered by the smallest reception, then by uuid", () => {
    const first = receive(inSecond("actor.entered", 0.1, ana));
    const second = receive(inSecond("actor.entered", 0.2, beto));
    const redelivered = { ...first, received_at: at(60) };
    expect(orderEvents([second, first])).toEqual([first, second]);
    expect(callOf(inSecond("actor.entered", 0.2, beto), inSecond("actor.entered", 0.1, ana)).actor).toBe(
      "beto",
    );
    expect(orderEvents([redelivered, second])).toEqual([second, redelivered]);
    const equal = [
      receive(inSecond("actor.entered", 0.1, ana)),
      receive(inSecond("actor.entered", 0.1, beto)),
    ];
    const byUuid = equal.toSorted((one, other) => (one.uuid < other.uuid ? -1 : 1));
    expect(orderEvents(equal)).toEqual(byUuid);
    expect(orderEvents(equal.toReversed())).toEqual(byUuid);
  });

  test("stamps with milliseconds keep their order, and those without are merged in by the life cycle", () => {
    const types = typesOf(
      ["call.waiting", 0.3, q900],
      inSecond("call.standby", 0.8),
      ["call.new", 0.1],
      inSecond("actor.entered", 0.2, ana),
    );
    expect(types).toEqual(["call.new", "call.standby", "call.waiting", "actor.entered"]);
  });
});

describe("the order", () => {
  test("follows the stamps, however late an event is received", () => {
    const late: Sent = ["call.new", 900, { timestamp: at(0).toISOString() }];
    expect(typesOf(["call.standby", 1], late)).toEqual(["call.new", "call.standby"]);
  });

  test("follows the reception of an event without a stamp", () => {
    expect(typesOf(["call.ongoing", 5, { timestamp: null }], ["call.waiting", 4])).toEqual([
      "call.waiting",
      "call.ongoing",
    ]);
  });

  test("is the same for order keys and for events", () => {
    const types = [
      "call.new",
      "call.waiting",
      "actor.ringing",
      "actor.noanswer",
      "actor.entered",
      "call.finished",
    ];
    const sent = fc.array(
      fc.record({
        type: fc.constantFrom(...types),
        seconds: fc.integer({ min: 0, max: 30 }).map((tenths) => tenths / 10),
        actor: fc.constantFrom("ana", "beto"),
        isWhole: fc.boolean(),
        sid: fc.nat(5),
      }),
    );
    fc.assert(
      fc.property(sent, (all) => {
        const events = all.map(({ type, seconds, isWhole, ...fields }) =>
          receive([type, seconds, isWhole ? { ...fields, timestamp: wholeSecond(seconds) } : fields]),
        );
        const distinct = [...new Map(events.map((event) => [event.uuid, event])).values()];
        const keys = sortOrderKeys(distinct.map((event) => orderKeyOf(event))).map(({ uuid }) => uuid);
        expect(keys).toEqual(orderEvents(distinct).map(({ uuid }) => uuid));
      }),
    );
  });
});
