import {
  type Agent,
  applyPresence,
  countAgents,
  countQueues,
  type Event,
  foldCall,
  isPresence,
  listAbandoned,
  listWaiting,
  parseWebhook,
} from "@teravoz/domain";
import { type Board, lowerNames, sinceOf, sortKeys, withoutEmpty } from "./compare.ts";
import type { Delivery } from "./random/delivery.ts";
import type { RandomDay } from "./random/random-day.ts";

/** Returns the event that ingest publishes for a delivery. */
export function publish({ payload, received_at }: Delivery): Event {
  const parsed = parseWebhook(Buffer.from(payload), received_at);
  if (parsed.outcome !== "accepted") throw new Error(`the domain refuses ${payload}`);
  return parsed.event;
}

/** Returns the board that the product shows for a day, in the form of the oracle's board. */
export function productBoard({ deliveries, ...asked }: RandomDay): Board {
  const events = deliveries.map(publish);
  const byKey = (of: readonly Event[]) => [...Map.groupBy(of, ({ aggregate_id }) => aggregate_id).values()];
  const calls = byKey(events.filter(({ kind }) => kind === "call")).map((each) => foldCall(each)!);
  const presences = byKey(firstReceptions(events.filter(isPresence))).map(
    (each) => applyPresence(null, each)!,
  );
  const { queues, total } = countQueues(calls, asked);
  const abandoned = listAbandoned(calls, asked);
  const board = {
    calls: lowerNames(rowsBy(calls, ({ aggregate_id }) => aggregate_id, callRow)),
    queues: withoutEmpty(
      rowsBy(
        [...queues],
        ([queue]) => String(queue),
        ([, numbers]) => ({ ...numbers }),
      ),
    ),
    total,
    agents: rowsBy(countAgents(presences, calls, asked), ({ agent }) => agent.toLowerCase(), agentRow),
    abandoned: rowsBy(
      abandoned,
      ({ aggregate_id, queue, ended_at }) => `${aggregate_id} ${queue} ${ended_at.toISOString()}`,
      abandonedRow,
    ),
    waiting: listWaiting(calls, asked.now)
      .map(({ aggregate_id }) => aggregate_id)
      .sort(),
  };
  return sortKeys(JSON.parse(JSON.stringify(board))) as Board;
}

/** Returns each event once, with its first reception, as the store keeps it. */
const firstReceptions = (events: readonly Event[]): Event[] =>
  [...Map.groupBy(events, ({ uuid }) => uuid).values()].map(
    (copies) => copies.toSorted((one, other) => one.received_at.getTime() - other.received_at.getTime())[0]!,
  );

type Row = Record<string, unknown>;

const rowsBy = <T>(rows: readonly T[], keyOf: (row: T) => string, rowOf: (row: T) => Row) =>
  Object.fromEntries(rows.map((row) => [keyOf(row), rowOf(row)]));

const pick = (row: object, fields: readonly string[]): Row =>
  Object.fromEntries(fields.map((field) => [field, (row as Row)[field]]));

type Counted = NonNullable<ReturnType<typeof foldCall>>;

const callRow = (call: Counted): Row => ({
  ...pick(call, ["state", "began_at", "finished_at", "answered_at", "waiting_since"]),
  ...pick(call, ["abandoned", "actor", "counted_as"]),
  legs: call.legs.map(({ answered_by: _answeredBy, ...visit }) => visit),
  talks: call.talks.map((talk) => pick(talk, ["agent", "entered_at", "ended_at"])),
});

const agentRow = (agent: Agent): Row => ({
  ...pick(agent, ["state", "call_id", "taken", "missed", "mean_talk_ms", "next_state"]),
  ...sinceOf(agent.state, agent.since?.toISOString() ?? null),
});

const abandonedRow = (row: object): Row =>
  pick(row, ["aggregate_id", "queue", "entered_at", "ended_at", "waited_ms", "short", "returned_at"]);
