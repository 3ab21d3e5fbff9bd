import { expect, test } from "@jest/globals";
import { applyPresence } from "../agents/presence.ts";
import { createFold } from "../call/call.ts";
import { orderEvents, orderKeyOf } from "../call/order.ts";
import { findOvertaken } from "../deliveries/deliveries.ts";
import type { Event } from "../event/event.ts";
import { stampEvent } from "../event/stamp-event.ts";
import { parseWebhook } from "../event/webhook.ts";
import { presencesAt } from "../numbers/past.ts";
import { createReadOccurrence } from "./timestamp.ts";

/** Three hours behind UTC. */
const ZONE = "America/Sao_Paulo";
const readThere = createReadOccurrence(ZONE);
const foldThere = createFold({ region: "BR", senderZone: ZONE });
const foldInUtc = createFold({ region: "BR", senderZone: "UTC" });

const utc = (time: string) => new Date(`2026-03-01T${time}Z`);

/** An event as a service receives it that reads stamps without a zone as UTC. */
function eventOf(
  type: string,
  timestamp: string | null,
  { received = utc("15:30:00"), ...body } = {},
): Event {
  const text = JSON.stringify({ type, call_id: "1.2", actor: "ana", queue: "900", timestamp, ...body });
  const parsed = parseWebhook(Buffer.from(text), received);
  if (parsed.outcome !== "accepted") throw new Error(text);
  return parsed.event;
}

const waiting = eventOf("call.waiting", "2026-03-01T12:00:00");
/** The stamp of this event has a zone; those of the others have none. */
const entered = eventOf("actor.entered", "2026-03-01T15:00:20Z");
const finished = eventOf("call.finished", "2026-03-01T12:01:00");
const call = [waiting, entered, finished];

test("the stamps of a call are read in the sender's zone", () => {
  expect(foldThere(call)).toMatchObject({
    answered_at: utc("15:00:20"),
    finished_at: utc("15:01:00"),
    legs: [{ entered_at: utc("15:00:00"), answered_at: utc("15:00:20"), ended_at: utc("15:01:00") }],
  });
});

test("a stamp without a zone is ordered in the sender's zone among stamps that have one", () => {
  const types = (read = readThere) => orderEvents(call, read).map(({ type }) => type);
  expect(types()).toEqual(["call.waiting", "actor.entered", "call.finished"]);
  expect(types(createReadOccurrence("UTC"))).toEqual(["call.waiting", "call.finished", "actor.entered"]);
  expect(foldInUtc(call)).toMatchObject({ finished_at: utc("12:01:00"), answered_at: null });
  expect(orderKeyOf(waiting, readThere)).toMatchObject({ ms: utc("15:00:00").getTime(), whole: true });
});

test("an overtaken event is found in the order of the sender's zone", () => {
  const [first, later] = [
    eventOf("call.waiting", "2026-03-01T12:00:00", { received: utc("15:00:40") }),
    eventOf("actor.entered", "2026-03-01T15:00:20Z", { received: utc("15:00:21") }),
  ];
  expect(findOvertaken([first!, later!], readThere)).toEqual(new Map([[first!.uuid, "actor.entered"]]));
});

test("the stamps of log-ins and pauses are read in the sender's zone, whatever their `occurred_at` is", () => {
  const said = [
    eventOf("actor.logged-in", "2026-03-01T09:00:00"),
    eventOf("actor.paused", "2026-03-01T12:00:00"),
    eventOf("actor.unpaused", "2026-03-01T14:59:00Z"),
  ];
  const queues = [
    {
      logged_in: utc("12:00:00"),
      paused: { at: utc("15:00:00") },
      unpaused: utc("14:59:00"),
    },
  ];
  expect(applyPresence(null, said, readThere)).toMatchObject({ queues });
  const past = { presences: [], said };
  expect(presencesAt(past, utc("15:30:00"), readThere)).toMatchObject([{ queues }]);
});

test("a stamp is read in the sender's zone at the reception, and is read again if the event was read by other rules", () => {
  expect(waiting.occurred_at).toEqual(utc("12:00:00"));
  expect(stampEvent(waiting, readThere)).toEqual({ ...waiting, occurred_at: utc("15:00:00") });
  const parsed = parseWebhook(Buffer.from(waiting.payload), waiting.received_at, readThere);
  expect(parsed).toMatchObject({ event: { uuid: waiting.uuid, occurred_at: utc("15:00:00") } });
});
