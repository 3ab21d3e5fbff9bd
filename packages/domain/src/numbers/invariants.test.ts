import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { at } from "../../testing/calls.ts";
import { randomCall, randomCalls } from "../../testing/random-calls.ts";
import { type ResolvedTalk, resolveTalks } from "../agents/agent-talks.ts";
import { foldCall } from "../call/call.ts";
import type { FoldedCall } from "../call/folded-call.ts";
import { orderEvents, withOrderKeys } from "../call/order.ts";
import type { Event } from "../event/event.ts";
import { agentKey } from "../event/step.ts";
import { countQueues } from "./queue-numbers.ts";
import { listWaiting } from "./waiting-callers.ts";

const USUAL = 100;
const now = at(600);
const asked = {
  window: { from: new Date(0), to: new Date(8.64e15) },
  now,
  promiseOf: () => ({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 }),
};
const assertAll = <T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void) =>
  fc.assert(fc.property(arbitrary, check), { numRuns: runs(USUAL) });

/** All prefixes of the events in the order of the fold. */
const prefixesOf = (events: readonly Event[]): Event[][] =>
  orderEvents(events).map((_, n, ordered) => ordered.slice(0, n + 1));

const foldsOf = (events: readonly Event[]): FoldedCall[] =>
  prefixesOf(events).map((prefix) => foldCall(prefix)!);

/** The events in any order, each delivered up to three times, the first time when it was received. */
const delivered = (events: readonly Event[]) =>
  fc
    .tuple(
      ...events.map((event) =>
        fc
          .array(fc.nat(90_000), { maxLength: 2 })
          .map((laterMs) => [event, ...laterMs.map((ms) => deliverAgain(event, ms))]),
      ),
    )
    .chain((deliveries) => fc.shuffledSubarray(deliveries.flat(), { minLength: deliveries.flat().length }));
const deliverAgain = (event: Event, laterMs: number): Event => ({
  ...event,
  received_at: new Date(event.received_at.getTime() + laterMs),
});

describe("random events", () => {
  test("every order and repetition folds to the same call", () => {
    assertAll(
      randomCall().chain((events) => fc.tuple(fc.constant(events), delivered(events))),
      ([events, arrival]) => expect(foldCall(arrival)).toEqual(foldCall(events)),
    );
  });

  test("a twin of an event changes nothing but the count of events", () => {
    const stamped = randomCall().map((events) => events.filter(({ occurred_at }) => occurred_at));
    const twinned = fc.tuple(
      stamped.filter((events) => events.length > 0),
      fc.nat(100),
    );
    let twins = 0;
    assertAll(twinned, ([events, chosen]) => {
      const event = events[chosen % events.length]!;
      const twin = twinOf(event);
      const { events: count, ...call } = foldCall([...events, twin])!;
      const isTwin = withOrderKeys([...events, twin]).some(
        (placed) => placed.isTwin && placed.event === twin,
      );
      if (!isTwin) return;
      twins += 1;
      expect({ ...call, events: count - 1 }).toEqual(foldCall(events));
    });
    expect(twins).toBeGreaterThan(USUAL / 10);
  });

  test("every offered visit is answered, abandoned, overflowed or waiting, at every moment", () => {
    assertAll(randomCall(), (events) => {
      const wrong = foldsOf(events).flatMap((call) => {
        const { total, queues } = countQueues([call], asked);
        return [total, ...queues.values()].filter(
          ({ offered, answered, abandoned, overflowed, waiting }) =>
            offered !== answered + abandoned + overflowed + waiting,
        );
      });
      expect(wrong).toEqual([]);
    });
  });

  test("no call ends before it begins", () => {
    assertAll(randomCall(), (events) => {
      const stretches = foldsOf(events).flatMap(
        ({ began_at, finished_at, legs, talks, rings, connected_at }) => [
          [began_at, finished_at],
          [began_at, connected_at],
          ...talks.map(({ entered_at, ended_at }) => [entered_at, ended_at]),
          // a stamp of a whole second may be earlier than another stamp of its second
          ...legs.flatMap(({ entered_at, answered_at, talked_until, ended_at }) => [
            [entered_at, ended_at].map(secondOf),
            [entered_at, answered_at, talked_until].map(secondOf),
          ]),
          ...rings
            .flatMap(({ latest }) => latest)
            .map(({ rang_at, ended_at }) => [rang_at, ended_at].map(secondOf)),
        ],
      );
      expect(stretches.filter((moments) => !isInOrder(moments))).toEqual([]);
    });
  });

  test("every inbound call in WAITING with no agent on it is listed, and no outbound or ended call is", () => {
    let listed = 0;
    assertAll(randomCall(), (events) => {
      // an agent without a name is on the call, but has no talk
      const named = events.filter(({ type, payload }) => type !== "actor.entered" || isAgentNamed(payload));
      if (named.length === 0) return;
      for (const call of foldsOf(named)) {
        const isOn = call.talks.some(({ ended_at }) => !ended_at);
        const isListed = listWaiting([call], now).length > 0;
        listed += Number(isListed);
        const mayBe = call.counted_as === "inbound" && call.finished_at === null;
        if (call.state === "WAITING" && mayBe && !isOn) expect(isListed).toBe(true);
        if (!mayBe) expect(isListed).toBe(false);
      }
    });
    expect(listed).toBeGreaterThan(USUAL / 10);
  });

  test("no talk continues after the agent's own actor.left, or after the end of the call", () => {
    let left = 0;
    assertAll(randomCall(), (events) => {
      for (const prefix of prefixesOf(events)) {
        const { talks, finished_at } = foldCall(prefix)!;
        const last = withOrderKeys(prefix).findLast(({ isTwin }) => !isTwin)!;
        const going = talks.filter(({ ended_at }) => !ended_at).map(({ agent }) => agentKey(agent));
        if (finished_at) expect(going).toEqual([]);
        if (last.event.type !== "actor.left") continue;
        left += 1;
        if (last.step.agent) expect(going).not.toContain(agentKey(last.step.agent.name));
        else expect(going).toEqual([]);
      }
    });
    expect(left).toBeGreaterThan(USUAL / 10);
  });

  test("the talks of one agent never overlap, and each moment counts in one talk", () => {
    let consults = 0;
    assertAll(randomCalls, (calls) => {
      const folds = calls.map((events) => foldCall(events)!);
      for (const agent of ["ana", "beto", "201", "caio"]) {
        const own = folds.flatMap(({ aggregate_id: call_id, counted_as, talks }) =>
          talks
            .filter((talk) => agentKey(talk.agent) === agent)
            .map(({ entered_at, ended_at }) => ({ call_id, counted_as, entered_at, ended_at })),
        );
        const resolved = resolveTalks(own, []);
        const [internal, others] = [resolved.filter(isConsult), resolved.filter((talk) => !isConsult(talk))];
        for (const [n, { entered_at }] of others.entries())
          if (n > 0) expect(isInOrder([others[n - 1]!.ended_at ?? new Date(8.64e15), entered_at])).toBe(true);
        consults += Math.min(internal.length, others.length);
        if (resolved.every(({ ended_at }) => ended_at))
          expect(resolved.reduce((sum, { lasted_ms }) => sum + lasted_ms!, 0)).toBe(coveredMs(resolved));
      }
    });
    expect(consults).toBeGreaterThan(0);
  });
});

describe("the random calls", () => {
  const sampled = fc.sample(randomCall(), { numRuns: 750, seed: 1 }).map((events) => withOrderKeys(events));
  const count = (isCounted: (placed: ReturnType<typeof withOrderKeys>[number]) => boolean) =>
    sampled.flat().filter(isCounted).length;

  test("contain every pair of consecutive steps often", () => {
    const pairs = new Map<string, number>();
    for (const placed of sampled) {
      const steps = placed.filter(({ isTwin }) => !isTwin).map(({ event }) => event.type);
      for (const [n, type] of steps.entries()) {
        const pair = `${steps[n - 1]} > ${type}`;
        if (n > 0) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      }
    }
    const types = [
      "call.standby",
      "call.waiting",
      "actor.ringing",
      "actor.noanswer",
      "actor.entered",
      "call.ongoing",
      "actor.left",
      "call.overflow",
      "call.queue-abandon",
      "call.recording-available",
    ];
    const expected = types.flatMap((one) => [...types, "call.finished"].map((other) => `${one} > ${other}`));
    expect(expected.filter((pair) => (pairs.get(pair) ?? 0) < 1)).toEqual([]);
  });

  test("contain stamps of every kind, twins, late events, extensions alone and events without a queue", () => {
    const late = ({ receivedMs, ms }: { receivedMs: number; ms: number }) => receivedMs - ms > 1_000;
    expect({
      twins: count(({ isTwin }) => isTwin) > 40,
      whole: count(({ whole }) => whole) > 400,
      milliseconds: count(({ whole, stamped }) => stamped && !whole) > 400,
      missing: count(({ stamped }) => !stamped) > 200,
      late: count(late) > 100,
      extensions: count(({ step: { agent } }) => agent !== null && agent.name === agent.extension) > 100,
      spellings: count(({ step: { agent } }) => agent?.name === "Ana") > 60,
      nameless: count(({ step, event }) => event.type === "actor.entered" && !step.agent) > 10,
      queueless: count(({ step }) => step.queue === null) > 200,
    }).toEqual({
      twins: true,
      whole: true,
      milliseconds: true,
      missing: true,
      late: true,
      extensions: true,
      spellings: true,
      nameless: true,
      queueless: true,
    });
  });
});

const isConsult = ({ counted_as }: ResolvedTalk) => counted_as === "internal";

/** The time that at least one of the talks covers. */
function coveredMs(talks: readonly ResolvedTalk[]): number {
  let untilMs = 0;
  let sum = 0;
  for (const { entered_at, ended_at } of talks) {
    const [from, to] = [entered_at.getTime(), ended_at!.getTime()];
    sum += Math.max(0, to - Math.max(from, untilMs));
    untilMs = Math.max(untilMs, to);
  }
  return sum;
}

/** The event as its sender might write it a second time, received at the same moment. */
function twinOf(event: Event): Event {
  const payload = JSON.stringify({ ...JSON.parse(event.payload), sid: "twin" });
  return { ...event, uuid: `ffff${event.uuid.slice(4)}`, payload };
}

function isAgentNamed(payload: string): boolean {
  const { actor, number } = JSON.parse(payload);
  return actor !== undefined || number !== undefined;
}

const secondOf = (moment: Date | null): Date | null =>
  moment && new Date(Math.floor(moment.getTime() / 1_000) * 1_000);

function isInOrder(moments: readonly (Date | null)[]): boolean {
  const known = moments.flatMap((moment) => moment?.getTime() ?? []);
  return known.every((ms, n) => n === 0 || ms >= known[n - 1]!);
}
