import { expect, test } from "@jest/globals";
import {
  applyPresence,
  countAgents,
  countFree,
  countQueues,
  type Event,
  foldCall,
  isPresence,
  listAbandoned,
  type Presence,
  parseWebhook,
  startOfDay,
} from "@teravoz/domain";
import { type Case, readCases } from "./case.ts";
import { findDifferences } from "./differences.ts";
import { chooseValues, postsOf, type Values } from "./values.ts";
import { viewAnswers } from "./views.ts";

// The cases on the pure functions: test/e2e/cases.test.ts plays the same cases on real parts.

const ZONE = "Etc/UTC";
const SEED = 1;
const NOON = new Date("2026-11-25T12:00:00.000Z");
const EVER = new Date(8.64e15);

const received = (each: Case, values: Values): Event[] =>
  postsOf(each, values).map(({ body }, n) => {
    const parsed = parseWebhook(Buffer.from(body), new Date(NOON.getTime() - 10_000 + n));
    if (parsed.outcome !== "accepted") throw new Error(body);
    return parsed.event;
  });

function answer(events: readonly Event[]) {
  const calls = [
    ...Map.groupBy(
      events.filter(({ kind }) => kind === "call"),
      ({ aggregate_id }) => aggregate_id,
    ).values(),
  ].map((each) => ({ ...foldCall(each)!, id: 1, version: 1 }));
  const presences = [
    ...Map.groupBy(events.filter(isPresence), ({ aggregate_id }) => aggregate_id).values(),
  ].map((each): Presence => ({ ...applyPresence(null, each)!, version: 1 }));
  const asked = {
    window: { from: startOfDay(NOON, ZONE), to: EVER },
    now: NOON,
    promiseOf: () => ({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 }),
  };
  const agents = countAgents(presences, calls, asked);
  const free = countFree(agents);
  const { queues } = countQueues(calls, asked);
  const names = new Set([...queues.keys(), ...free.keys()]);
  return JSON.parse(
    JSON.stringify({
      ListCalls: calls,
      ListQueues: {
        queues: [...names].map((queue) => ({
          queue,
          ...(queues.get(queue) ?? countQueues([], asked).total),
          free: free.get(queue) ?? null,
        })),
      },
      ListAgents: { agents },
      ListAbandoned: { abandoned: listAbandoned(calls, asked) },
    }),
  );
}

for (const each of readCases())
  test(`${each.id} ${each.title}`, () => {
    const values = chooseValues(each, { seed: SEED, now: NOON, zone: ZONE });
    expect(
      findDifferences(each.expected, viewAnswers(answer(received(each, values)), values), values),
    ).toEqual([]);
  });
