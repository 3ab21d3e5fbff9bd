import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { type CallState, eventTypes } from "../event/catalogue.ts";
import type { Event } from "../event/event.ts";
import { type FlowName, flows } from "../event/flows.ts";
import { parseWebhook } from "../event/webhook.ts";
import { createFold, foldCall } from "./call.ts";
import { orderEvents } from "./order.ts";

const start = Date.UTC(2026, 0, 1, 12);
type Sent = { type: string; ms?: number; whole?: boolean; receivedMs?: number } & Record<string, unknown>;

function received({ ms, whole, receivedMs, ...fields }: Sent): Event {
  const stamp = ms === undefined ? {} : { timestamp: new Date(start + ms).toISOString() };
  if (whole && stamp.timestamp) stamp.timestamp = stamp.timestamp.replace(/\.\d+/, "");
  const body = JSON.stringify({ call_id: "1.2", ...fields, ...stamp });
  const parsed = parseWebhook(Buffer.from(body), new Date(start + (receivedMs ?? ms ?? 0) + 50));
  if (parsed.outcome !== "accepted") throw new Error(body);
  return parsed.event;
}

const fold = (...sent: Sent[]) => foldCall(sent.map(received))!;

const stateOf: Record<string, CallState> = {
  "call.new": "NEW",
  "call.standby": "STANDBY",
  "call.waiting": "WAITING",
  "call.ongoing": "ONGOING",
  "call.finished": "FINISHED",
};
/** The state after events in the order in which they were sent. An abandon with nothing after it ends the call. */
function stateAfter(events: readonly Event[]): CallState {
  const types = withoutTwins(events).map(({ type }) => type);
  if (types.at(-1) === "call.queue-abandon") return "FINISHED";
  return types.map((type) => stateOf[type]).findLast(Boolean) ?? "NEW";
}

/** Keeps the first of the events that are one step, like the two call.ongoing of a transfer within one whole second. */
function withoutTwins(events: readonly Event[]): Event[] {
  const steps = new Map<string, Event>();
  for (const event of events) {
    const { queue, actor } = JSON.parse(event.payload);
    const key = JSON.stringify([event.type, event.occurred_at, queue, actor]);
    if (!steps.has(key)) steps.set(key, event);
  }
  return [...steps.values()];
}

test("an event whose type only a newer release knows adds fields to the call and does not change its course", () => {
  const known = [
    received({ type: "call.waiting", ms: 0, queue: "900" }),
    received({ type: "actor.entered", ms: 5_000, actor: "ana" }),
  ];
  const newer = { ...received({ type: "call.data-provided", ms: 2_000, code: "42" }), type: "call.imagined" };
  const { code, events, ...course } = foldCall([...known, newer])!;
  expect([code, events]).toEqual(["42", 3]);
  const { code: _code, events: _events, ...before } = foldCall(known)!;
  expect(course).toEqual(before);
});

describe("a call's fields", () => {
  test("describe a delegated call from its first to its last event", () => {
    const numbers = { our_number: "551130000000", their_number: "5511999990000", direction: "inbound" };
    const call = fold(
      { type: "call.new", ms: 0, code: "42", their_number_type: "mobile", ...numbers },
      { type: "call.standby", ms: 300 },
      { type: "call.waiting", ms: 700, queue: 900 },
      { type: "actor.entered", ms: 9_000, queue: "900", actor: "ana@example.com" },
      { type: "call.ongoing", ms: 9_100 },
      { type: "actor.left", ms: 60_000, actor: "ana@example.com" },
      { type: "call.finished", ms: 60_100 },
      { type: "call.recording-available", ms: 70_000, url: "https://example.com/recording/1.2.wav" },
    );
    expect(call).toEqual({
      aggregate_id: "1.2",
      state: "FINISHED",
      began_at: new Date(start),
      created_at: new Date(start + 50),
      updated_at: new Date(start + 70_050),
      code: "42",
      their_number_type: "mobile",
      ...numbers,
      counted_as: "inbound",
      our_number_canonical: "+551130000000",
      our_number_display: "+55 11 3000-0000",
      their_number_canonical: "+5511999990000",
      their_number_display: "+55 11 99999-0000",
      queue: "900",
      actor: null,
      waiting_since: null,
      answered_at: new Date(start + 9_000),
      connected_at: new Date(start + 9_100),
      finished_at: new Date(start + 60_100),
      abandoned: false,
      abandoned_at: null,
      recording_url: "https://example.com/recording/1.2.wav",
      legs: [
        {
          queue: "900",
          entered_at: new Date(start + 700),
          wait_known: true,
          answered_at: new Date(start + 9_000),
          answered_by: "ana@example.com",
          agent: "ana@example.com",
          talked_until: new Date(start + 60_000),
          ended_at: new Date(start + 60_100),
          outcome: "ANSWERED",
        },
      ],
      talks: [
        {
          agent: "ana@example.com",
          extension: null,
          entered_at: new Date(start + 9_000),
          ended_at: new Date(start + 60_000),
        },
      ],
      rings: [],
      queues: ["900"],
      agents: ["ana@example.com"],
      events: 8,
      fold: 4,
    });
  });

  test("show the beginning of a wait, and the agent who talks", () => {
    const waiting = fold({ type: "call.new", ms: 0 }, { type: "call.waiting", ms: 1_000, queue: "900" });
    expect(waiting).toMatchObject({ state: "WAITING", waiting_since: new Date(start + 1_000), queue: "900" });
    const talking = fold(
      { type: "call.waiting", ms: 1_000 },
      { type: "actor.entered", ms: 2_000, actor: "ana" },
      { type: "call.ongoing", ms: 2_100 },
    );
    expect(talking).toMatchObject({ state: "ONGOING", actor: "ana", waiting_since: null });
  });

  test("a second call.waiting continues the wait in the same queue and begins a new one in another queue", () => {
    const wait = (queue: string) =>
      fold({ type: "call.waiting", ms: 1_000, queue: "900" }, { type: "call.waiting", ms: 5_000, queue })
        .waiting_since;
    expect(wait("900")).toEqual(new Date(start + 1_000));
    expect(wait("901")).toEqual(new Date(start + 5_000));
  });

  test("a transferred call waits again and keeps its first answer", () => {
    const call = fold(
      { type: "call.ongoing", ms: 1_000 },
      { type: "actor.left", ms: 2_000 },
      { type: "call.waiting", ms: 3_000 },
    );
    expect(call).toMatchObject({
      answered_at: new Date(start + 1_000),
      waiting_since: new Date(start + 3_000),
    });
  });

  test("a repeated call.waiting cancels no ring, but a transfer does", () => {
    const ringing = (queue: string) =>
      fold(
        { type: "call.waiting", ms: 1_000, queue: "900" },
        { type: "actor.ringing", ms: 2_000, actor: "ana" },
        { type: "call.waiting", ms: 3_000, queue },
      ).rings[0]?.latest.at(-1)?.ended_at;
    expect([ringing("900"), ringing("901")]).toEqual([null, new Date(start + 3_000)]);
  });

  test("a call whose caller leaves the queue is abandoned", () => {
    expect(fold({ type: "call.waiting", ms: 0 }, { type: "call.queue-abandon", ms: 10 })).toMatchObject({
      abandoned: true,
    });
  });

  test("values that are not short well-formed texts are ignored", () => {
    const strange = {
      code: ["x"],
      direction: 7,
      our_number: "9".repeat(257),
      their_number: "\ud800",
      queue: 1.5,
    };
    expect(
      fold({ type: "call.new", ms: 0, code: "7", queue: "900" }, { type: "call.standby", ms: 5, ...strange }),
    ).toMatchObject({
      code: "7",
      direction: null,
      our_number: null,
      their_number: null,
      queue: "900",
    });
  });

  test("code, numbers and agents that come as JSON numbers are read as they are written", () => {
    const payload =
      '{"code":12345678901234567890.10,"our_number":1130900000,"their_number":11987650001,"actor":200,"queue":900}';
    const event = received({ type: "actor.entered", ms: 0 });
    expect(foldCall([{ ...event, payload }])).toMatchObject({
      code: "12345678901234567890.10",
      our_number: "1130900000",
      their_number: "11987650001",
      their_number_canonical: "+5511987650001",
      actor: "200",
      queue: "900",
    });
  });

  test("numbers are read by the rule of the account's region", () => {
    const event = received({ type: "call.new", ms: 0, their_number: "912 345 678" });
    expect(createFold({ region: "PT", senderZone: "UTC" })([event])).toMatchObject({
      their_number_canonical: "+351912345678",
    });
    expect(foldCall([event])).toMatchObject({ their_number_canonical: "+55912345678" });
  });

  test("a call with only a data event is NEW", () => {
    expect(fold({ type: "call.data-provided", ms: 0 }).state).toBe("NEW");
  });
});

describe("the order of events", () => {
  test("a call.waiting after the end of a call opens no visit", () => {
    const visits = fold(
      { type: "call.finished", ms: 0 },
      { type: "call.waiting", ms: 5_000, queue: "900" },
    ).legs;
    expect(visits).toEqual([]);
  });

  test("a call.standby after call.finished leaves the call FINISHED", () => {
    expect(fold({ type: "call.finished", ms: 0 }, { type: "call.standby", ms: 5_000 }).state).toBe(
      "FINISHED",
    );
  });

  test("a stamp without milliseconds is equal to every stamp of its second", () => {
    const call = fold({ type: "call.standby", ms: 0, whole: true }, { type: "call.new", ms: 900 });
    expect(call.state).toBe("STANDBY");
  });

  test("a transfer within one second gives two answered visits", () => {
    const steps = flows.transferred.map(({ gapMs: _, ...step }) => step);
    const events = steps.map((step, n) => received({ ...step, ms: 0, whole: true, receivedMs: n }));
    for (let length = 1; length <= events.length; length++) {
      const prefix = events.slice(0, length);
      expect(foldCall(prefix)!.state).toBe(stateAfter(prefix));
    }
    expect(foldCall(events)).toMatchObject({
      legs: [
        { queue: "900", agent: "ana@example.com", outcome: "ANSWERED" },
        { queue: "901", agent: "beto@example.com", outcome: "ANSWERED" },
      ],
    });
  });

  test("an event without a stamp is ordered by its reception", () => {
    expect(fold({ type: "call.new", ms: 0 }, { type: "call.ongoing", receivedMs: 5_000 }).state).toBe(
      "ONGOING",
    );
  });

  test("the events of a flow are ordered as they were sent", () => {
    const sent = flows.delegated.map(({ type }, n) => received({ type, ms: 0, whole: true, n }));
    const types = orderEvents(sent.toReversed()).map(({ type }) => type);
    expect(types).toEqual(flows.delegated.map(({ type }) => type));
  });
});

/** A set of events, shuffled, each delivered up to three times, some of them again later. */
const delivered = (events: Event[]) =>
  fc
    .tuple(
      ...events.map((event) =>
        fc
          .array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 2 })
          .map((laterMs) => [event, ...laterMs.map((ms) => later(event, ms))]),
      ),
    )
    .chain((deliveries) => fc.shuffledSubarray(deliveries.flat(), { minLength: deliveries.flat().length }));
const later = (event: Event, ms: number): Event => ({
  ...event,
  received_at: new Date(event.received_at.getTime() + ms),
});

const flowName = fc.constantFrom(...(Object.keys(flows) as FlowName[]));
const stamps = fc.constantFrom("milliseconds", "seconds", "mixed");

/** A flow with pauses from none to seconds between its events, in one of the three kinds of stamps. */
const sentFlow = fc
  .tuple(flowName, stamps)
  .chain(([name, kind]) =>
    fc.tuple(
      ...flows[name].map(({ type, queue, actor }, n) =>
        fc.record({
          type: fc.constant(type),
          queue: fc.constant(queue),
          actor: fc.constant(actor),
          n: fc.constant(n),
          gapMs: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 5_000 })),
          whole: kind === "mixed" ? fc.boolean() : fc.constant(kind === "seconds"),
        }),
      ),
    ),
  )
  .map((steps) => {
    let ms = 0;
    return steps.map(({ gapMs, ...step }) => {
      ms += gapMs;
      return received({ ...step, ms });
    });
  });

describe("the events of a call in any order of arrival", () => {
  test("any permutation and repetition of a flow folds to the same call", () => {
    const arrivals = sentFlow.chain((events) => fc.tuple(fc.constant(events), delivered(events)));
    fc.assert(
      fc.property(arrivals, ([events, arrival]) => {
        expect(foldCall(arrival)).toEqual(foldCall(events));
      }),
      { numRuns: runs(100) },
    );
  });

  test("any permutation and repetition of random events folds to the same call", () => {
    const sent = fc.record({
      type: fc.constantFrom(...eventTypes.filter((type) => !/logged|paused/.test(type))),
      ms: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: undefined }),
      whole: fc.boolean(),
      receivedMs: fc.integer({ min: 0, max: 3_000 }),
      queue: fc.constantFrom("900", 901, null, ""),
      actor: fc.constantFrom("ana", "beto", null),
      code: fc.constantFrom("1", "2", ""),
    });
    const random = fc
      .array(sent, { minLength: 1, maxLength: 20 })
      .map((all) => all.map((one) => received(one as Sent)));
    const arrivals = random.chain((events) => fc.tuple(fc.constant(events), delivered(events)));
    fc.assert(
      fc.property(arrivals, ([events, arrival]) => {
        expect(foldCall(arrival)).toEqual(foldCall(events));
      }),
      { numRuns: runs(400) },
    );
  });

  test("every shuffled prefix of a flow folds to the state that the prefix leads to", () => {
    const prefixes = sentFlow
      .chain((events) => fc.integer({ min: 1, max: events.length }).map((length) => events.slice(0, length)))
      .chain((prefix) => fc.tuple(fc.constant(prefix), delivered(prefix)));
    fc.assert(
      fc.property(prefixes, ([prefix, arrival]) => {
        expect(foldCall(arrival)!.state).toBe(stateAfter(prefix));
      }),
      { numRuns: runs(400) },
    );
  });
});

test("the fold of no events is null", () => {
  expect(foldCall([])).toBeNull();
});
