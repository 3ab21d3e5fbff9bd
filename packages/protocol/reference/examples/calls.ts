import { type Event, foldCall, parseWebhook, readOccurrence } from "@teravoz/domain";
import type { Call, CallEvent, Wire } from "../../src/types/index.ts";

const CALL_ID = "1463669263.30033";

const common = {
  call_id: CALL_ID,
  direction: "inbound",
  our_number: "551130304040",
  their_number: "5511999998888",
};

const BODIES = [
  { type: "call.new", ...common, timestamp: "2026-11-25T10:42:07Z" },
  { type: "call.waiting", ...common, queue: "900", timestamp: "2026-11-25T10:42:09Z" },
  { type: "actor.entered", call_id: CALL_ID, actor: "ana@example.com", timestamp: "2026-11-25T10:42:31Z" },
  { type: "call.ongoing", ...common, timestamp: "2026-11-25T10:42:31Z" },
];

const events = BODIES.map((body): Event => {
  const receivedAt = new Date(Date.parse(body.timestamp) + 120);
  const parsed = parseWebhook(Buffer.from(JSON.stringify(body)), receivedAt, readOccurrence);
  if (parsed.outcome !== "accepted") throw new Error("an example event was refused");
  return parsed.event;
});

const wireOf = <T>(value: T): Wire<T> => JSON.parse(JSON.stringify(value));

const { legs: visits, ...folded } = foldCall(events)!;

/** The call of the example events, as the server sends it. */
export const call: Wire<Call> = wireOf({
  ...folded,
  id: 4711,
  version: 1_795_603_351_120,
  visits,
  legs: visits,
});

export const callEvents: Wire<CallEvent>[] = events.slice(0, 2).map((event, index) => {
  const { aggregate_id, uuid, occurred_at, received_at, payload } = event;
  return wireOf({
    id: 40_001 + index,
    aggregate_id,
    uuid,
    occurred_at,
    received_at,
    event: JSON.parse(payload),
  });
});
