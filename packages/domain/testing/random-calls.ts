import fc from "fast-check";
import type { EventType } from "../src/event/catalogue.ts";
import type { Event } from "../src/event/event.ts";
import { type FlowName, flows } from "../src/event/flows.ts";
import { parseWebhook } from "../src/event/webhook.ts";
import { at, wholeSecond } from "./calls.ts";

/** The forms of a stamp. Two of them have no milliseconds, and `none` means that there is no stamp. */
export const STAMP_FORMS = ["milliseconds", "whole", "epoch", "none"] as const;
type StampForm = (typeof STAMP_FORMS)[number];

/**
 * The ways in which events name an agent: two spellings of a login, with its extension, by the extension alone, or not
 * at all.
 */
const AGENTS = [
  { actor: "ana" },
  { actor: "Ana" },
  { actor: "ana", number: "201" },
  { number: "201" },
  { actor: "beto" },
  { actor: "beto", number: "202" },
  { number: "202" },
  { actor: "caio" },
  {},
] as const;

/** Types that are drawn more often are named more than once. A call.finished is final: it is drawn rarely. */
const TYPES: readonly EventType[] = [
  "call.new",
  "call.standby",
  "call.waiting",
  "call.waiting",
  "call.ongoing",
  "call.ongoing",
  "actor.ringing",
  "actor.ringing",
  "actor.noanswer",
  "actor.noanswer",
  "actor.entered",
  "actor.entered",
  "actor.entered",
  "actor.left",
  "actor.left",
  "actor.left",
  "call.overflow",
  "call.queue-abandon",
  "call.recording-available",
  "call.data-provided",
];

type RandomStep = {
  type: EventType;
  gapMs: number;
  form: StampForm;
  queue: string | undefined;
  agent: (typeof AGENTS)[number];
  /** The delay of its reception, in ms. */
  delayMs: number;
  /** True if its sender writes it twice. */
  isTwice: boolean;
};

const gap = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: 3_000 }),
  fc.integer({ min: 1, max: 60_000 }),
);
const queue = fc.constantFrom("900", "901", undefined);
const delay = fc.oneof(
  { weight: 4, arbitrary: fc.nat(200) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 90_000 }) },
);

const stepOf = (type: fc.Arbitrary<EventType>): fc.Arbitrary<RandomStep> =>
  fc.record({
    type,
    gapMs: gap,
    form: fc.constantFrom(...STAMP_FORMS),
    queue,
    agent: fc.constantFrom(...AGENTS),
    delayMs: delay,
    isTwice: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
  });

const ended = fc.constantFrom<EventType | null>(
  "call.finished",
  "call.queue-abandon",
  "call.recording-available",
  null,
);

/** Any events in any order, with an end in most calls. */
const anySteps = fc
  .tuple(fc.array(stepOf(fc.constantFrom(...TYPES)), { minLength: 1, maxLength: 14 }), ended.chain(endOf))
  .map(([steps, end]) => [...steps, ...end]);

function endOf(type: EventType | null): fc.Arbitrary<RandomStep[]> {
  return type === null ? fc.constant([]) : stepOf(fc.constant(type)).map((step) => [step]);
}

/** One of the sender's flows, without some of its events and with other events between. */
const flowSteps = fc
  .constantFrom(...(Object.keys(flows) as FlowName[]))
  .chain((name) =>
    fc.tuple(
      ...flows[name].map(({ type, queue: named, actor }) =>
        fc
          .tuple(
            stepOf(fc.constant(type)),
            fc.integer({ min: 0, max: 9 }),
            fc.option(stepOf(fc.constantFrom(...TYPES)), { freq: 6 }),
          )
          .map(([step, lost, other]) => [
            ...(lost === 0 ? [] : [{ ...step, queue: named, agent: actor ? { actor } : {} }]),
            ...(other ? [other] : []),
          ]),
      ),
    ),
  )
  .map((parts) => parts.flat() as RandomStep[])
  .filter((steps) => steps.length > 0);

const direction = fc.constantFrom("inbound", "inbound", "INBOUND", "outbound", "internal", undefined);

/** The events of one call in the order in which they happened. No two are received at the same moment. */
export const randomCall = (call_id = "1.2"): fc.Arbitrary<Event[]> =>
  fc
    .record({
      steps: fc.oneof(anySteps, flowSteps),
      direction,
      startMs: fc.nat(120_000),
      isFine: fc.boolean(),
    })
    .map(({ steps, direction, startMs, isFine }) => {
      let ms = startMs;
      const events = steps.flatMap((step, n) => {
        ms += step.gapMs;
        const form = isFine ? "milliseconds" : step.form;
        return eventsOf({ ...step, form }, { call_id, direction: direction }, { ms, n });
      });
      return [...new Map(events.map((event) => [event.uuid, event])).values()];
    });

/** Calls of the same agents at the same time. */
export const randomCalls: fc.Arbitrary<Event[][]> = fc.tuple(
  ...["1.1", "1.2", "1.3"].map((call_id) => randomCall(call_id)),
);

function eventsOf(
  { type, queue: named, agent, form, delayMs, isTwice }: RandomStep,
  call: { call_id: string; direction: string | undefined },
  { ms, n }: { ms: number; n: number },
): Event[] {
  const body = { type, ...call, queue: named, ...agent, ...stampOf(form, ms / 1_000) };
  // multiples of 64 leave room for the number of the event, so that no two receptions are equal
  const receivedMs = ms + delayMs - ((ms + delayMs) % 64);
  const event = eventOf(body, receivedMs + 2 * n);
  return isTwice ? [event, eventOf({ ...body, sid: `again ${n}` }, receivedMs + 2 * n + 1)] : [event];
}

function stampOf(form: StampForm, seconds: number): { timestamp?: string | number } {
  if (form === "none") return {};
  if (form === "milliseconds") return { timestamp: at(seconds).toISOString() };
  return { timestamp: form === "whole" ? wholeSecond(seconds) : Math.floor(at(seconds).getTime() / 1_000) };
}

function eventOf(body: Record<string, unknown>, receivedMs: number): Event {
  const parsed = parseWebhook(Buffer.from(JSON.stringify(body)), at(receivedMs / 1_000));
  if (parsed.outcome !== "accepted") throw new Error(JSON.stringify(body));
  return parsed.event;
}
