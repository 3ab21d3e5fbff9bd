import { randomUUID } from "node:crypto";
import {
  type Applied,
  type Call,
  type CallQueries,
  type CallRebuild,
  type CallStore,
  type DeadLetters,
  type Erasure,
  type Event,
  type Fold,
  type FoldedCall,
  foldCall,
  type LoggedEvent,
  type SystemQueries,
} from "@teravoz/domain";
import type { Erasures } from "../erasure/mongo-erasures.ts";

export type Opened = {
  store: CallStore & CallRebuild;
  queries: CallQueries & SystemQueries;
  deadLetters: DeadLetters;
  erasures: Erasures;
  close: () => Promise<void>;
};
export type Use = () => Opened;

/** Names that no other test uses. */
export const freshTopic = () => `calls-${randomUUID()}`;
export const freshCallId = () => `call-${randomUUID()}`;

const DAY_MS = 86_400_000;
/**
 * Noon of yesterday, UTC. The times of the tests must be recent, because MongoDB deletes old dead letters and minutes
 * once a minute, even during a test.
 */
const START = (Math.floor(Date.now() / DAY_MS) - 0.5) * DAY_MS;
export const at = (seconds: number) => new Date(START + seconds * 1000);

type Sample = Partial<Event> & { offset?: number; body?: Record<string, unknown> };

/** Makes an event that differs from all others unless `sample` says otherwise. */
export function sampleEvent({ offset = 0, body = {}, ...sample }: Sample = {}): LoggedEvent {
  const type = sample.type ?? "call.new";
  const aggregate_id = sample.aggregate_id ?? freshCallId();
  return {
    uuid: randomUUID(),
    kind: "call",
    aggregate_id,
    type,
    occurred_at: null,
    received_at: at(offset),
    payload: JSON.stringify({ type, call_id: aggregate_id, ...body }),
    ...sample,
    source: { topic: "call-events", partition: 0, offset },
  };
}

/** Creates the only writer of a partition. Each batch expects the position that the batch before has left. */
export function createWriter({ store }: Opened, topic = freshTopic(), partition = 0) {
  let expected: number | null = null;
  return {
    topic,
    async write(events: LoggedEvent[], fold: Fold = foldCall, erasures: Erasure[] = []) {
      const next = (expected ?? 0) + events.length + erasures.length;
      const applied = await store.apply({ topic, partition, expected, next, events, erasures }, fold);
      expected = next;
      return demandStored(applied);
    },
  };
}

/** Makes a fold by another rule than foldCall. It has foldCall's revision unless `revision` says otherwise. */
export const foldBy = (
  rule: (events: readonly Event[]) => FoldedCall | null,
  revision = foldCall.revision,
): Fold => Object.assign((events: readonly Event[]) => rule(events), { ...foldCall, revision });

/** A fold that makes the calls of revision 3 from the same events. */
export const olderFold: Fold = foldBy((events) => {
  const folded = foldCall(events);
  if (!folded) return null;
  const { began_at, counted_as, connected_at, abandoned_at, talks, rings, queues, agents, ...call } = folded;
  const legs = call.legs.map(({ wait_known, answered_by, ...visit }) => visit);
  return { ...call, legs, offers: [], fold: 3 } as unknown as FoldedCall;
});

export function demandStored(applied: Applied) {
  if (applied.fenced) throw new Error("the batch was fenced");
  return applied;
}

export async function findCall({ queries }: Opened, call_id: string): Promise<Call> {
  const [call] = await queries.findCalls([call_id]);
  if (!call) throw new Error(`no call ${call_id}`);
  return call;
}

const WHOLE = { limit: 1_000_000, cursor: null };

export async function findEvents({ queries }: Opened, call_id: string) {
  return (await queries.listCallEvents(call_id, { ...WHOLE, bytes: Number.MAX_SAFE_INTEGER })).items;
}

/** The part of a call that the fold makes, without the fields that only the store sets. */
export const foldedPart = ({ id: _id, version: _version, ...folded }: Call): FoldedCall => folded;
