import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import {
  applyPresence,
  type Erasure,
  foldCall,
  isErased,
  type LoggedEvent,
  PRESENCE_LOOK_BACK_MS,
  type Presence,
  TooLarge,
} from "@teravoz/domain";
import fc from "fast-check";
import { at, createWriter, freshCallId, type Opened, sampleEvent, type Use } from "./samples.ts";

const TYPES = ["actor.logged-in", "actor.logged-out", "actor.paused", "actor.unpaused"];

/** One step of a run: a delivery or an erasure, with the event, the agent and the time of reception. */
const step = fc.record({
  agent: fc.nat(1),
  event: fc.nat(15),
  receivedAfter: fc.nat(20),
  erases: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
});
type Step = { agent: number; event: number; receivedAfter: number; erases: boolean };

/**
 * Makes the event of a step. The same number is the same event. Two events of a pair have the same whole second and the
 * same queue; every third event has no stamp. Each event may come before, after, or in the same batch as any other.
 */
function deliver(run: string, { agent, event, receivedAfter }: Step, offset: number): LoggedEvent {
  const queue = event < 8 ? "900" : "901";
  const stamp = event % 3 ? at(Math.floor(event / 2)) : null;
  return {
    ...sampleEvent({
      kind: "agent",
      aggregate_id: `${run}-${agent}`,
      type: TYPES[event % TYPES.length]!,
      occurred_at: stamp,
      received_at: at(10 + receivedAfter),
      body: {
        queue,
        reason: "lunch",
        number: `${event}`,
        timestamp: stamp?.toISOString().replace(".000", ""),
      },
      offset,
    }),
    uuid: `${run}-${agent}-${event}`,
  };
}

const erasureOf = (run: string, { agent, receivedAfter }: Step): Erasure => ({
  kind: "agent",
  key: `${run}-${agent}`,
  erased_at: at(10 + receivedAfter),
  log_clean_by: at(86_400),
});

const folded = ({ version: _version, ...presence }: Presence) => presence;

/**
 * The agents that must remain after these steps. They are folded from the events that were not erased, each once and
 * with its earliest reception.
 */
function expectedOf(run: string, steps: readonly Step[]) {
  const left = new Map<string, LoggedEvent>();
  const erased = new Map<string, Erasure>();
  for (const [offset, each] of steps.entries()) {
    if (each.erases) {
      const erasure = erasureOf(run, each);
      const before = erased.get(erasure.key);
      if (!before || before.erased_at < erasure.erased_at) erased.set(erasure.key, erasure);
      for (const [uuid, event] of left)
        if (event.aggregate_id === erasure.key && isErased(event, erased.get(erasure.key)!))
          left.delete(uuid);
      continue;
    }
    const event = deliver(run, each, offset);
    const gone = erased.get(event.aggregate_id);
    if (gone && isErased(event, gone)) continue;
    const known = left.get(event.uuid);
    if (!known || event.received_at < known.received_at) left.set(event.uuid, event);
  }
  const agents = Map.groupBy(left.values(), ({ aggregate_id }) => aggregate_id);
  return [...agents.values()].map((events) => applyPresence(null, events)).sort(byName);
}

const byName = (one: { agent: string } | null, other: { agent: string } | null) =>
  one!.agent < other!.agent ? -1 : 1;

export function describeAgents(use: Use): void {
  test("agents are listed as they were at a moment, and their log-ins and pauses of the period after it are listed", async () => {
    const run = randomUUID();
    const DAY = 86_400;
    const said = (agent: string, seconds: number, type: string) =>
      sampleEvent({
        kind: "agent",
        aggregate_id: `${run}-${agent}`,
        type,
        offset: seconds,
        occurred_at: at(seconds),
        body: { queue: "900", timestamp: at(seconds) },
      });
    const events = [
      said("one", 0, "actor.logged-in"),
      said("one", 100, "actor.paused"),
      said("settled", 50, "actor.logged-in"),
      said("later", 200, "actor.logged-in"),
      // no agent works for so long without a new log-in
      said("long silent", -90 * DAY, "actor.logged-in"),
      said("long silent", 150, "actor.logged-out"),
      sampleEvent({ kind: "agent", aggregate_id: `${run}-dialer`, type: "dialer.attempt", offset: 60 }),
    ];
    await createWriter(use()).write(events);
    for (const seconds of [-1, 0, 99, 100, 149, 150, 200]) {
      const received = events.filter(
        ({ type, received_at }) => TYPES.includes(type) && received_at <= at(seconds),
      );
      const expected = [...Map.groupBy(received, ({ aggregate_id }) => aggregate_id).values()].map(
        (each) => applyPresence(null, each)!,
      );
      const found = (await pastOf(use(), run, seconds)).map(folded);
      expect(found.sort(byAgent)).toEqual(expected.sort(byAgent));
    }
    const stretch = { from: at(0), to: at(150), bytes: 1_000_000 };
    const stated = await use().queries.listPresenceEvents(stretch);
    const mine = stated.filter(({ aggregate_id }) => aggregate_id.startsWith(run));
    const expected = [events[2]!, events[1]!, events[5]!].map(({ source: _source, ...event }) => event);
    expect(mine.sort((one, other) => one.received_at.getTime() - other.received_at.getTime())).toEqual(
      expected,
    );
    await expect(use().queries.listPresenceEvents({ ...stretch, bytes: 10 })).rejects.toThrow(TooLarge);
  });

  const presencesOf = async (opened: Opened, run: string) =>
    (await opened.queries.listPresences([`${run}-0`, `${run}-1`])).map(folded).sort(byName);

  test("agents are the fold of their remaining events, for any order of deliveries, with repeated, late and erased events", async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 24 }), async (steps) => {
      const run = randomUUID();
      const { write } = createWriter(use());
      for (const [offset, each] of steps.entries()) {
        if (each.erases) await write([], foldCall, [erasureOf(run, each)]);
        else await write([deliver(run, each, offset)]);
      }
      expect(await presencesOf(use(), run)).toEqual(expectedOf(run, steps));
    });
    await fc.assert(property, { numRuns: 25 });
  }, 120_000);

  test("a pause and its end in one second, in two batches and in either order, leave the agent unchanged", async () => {
    const said = (agent: string, type: string, seconds: number) => {
      const timestamp = at(seconds).toISOString().replace(".000", "");
      const named = { kind: "agent" as const, aggregate_id: agent, type, received_at: at(100) };
      return sampleEvent({ ...named, body: { queue: "900", timestamp } });
    };
    for (const pair of [
      ["actor.paused", "actor.unpaused"],
      ["actor.unpaused", "actor.paused"],
    ]) {
      const agent = freshCallId();
      const { write } = createWriter(use());
      const events = [said(agent, "actor.logged-in", 1), said(agent, "actor.paused", 2)];
      const both = pair.map((type) => said(agent, type, 5));
      for (const event of [...events, ...both]) await write([event]);
      const [presence] = await use().queries.listPresences([agent]);
      expect(presence).toMatchObject({ queues: [{ paused: { at: at(2) }, unpaused: null }], said_at: at(5) });
      expect(folded(presence!)).toEqual(applyPresence(null, [...events, ...both]));
    }
  });

  /** The events from which an agent of the past is folded: see PRESENCE_LOOK_BACK_MS. */
  const knownAt = (events: LoggedEvent[], moment: Date): LoggedEvent[] => {
    const received = events.filter(({ received_at }) => received_at <= moment);
    const from = new Date(moment.getTime() - PRESENCE_LOOK_BACK_MS);
    const recent = received.filter(({ received_at }) => received_at > from);
    const hasChangedSince = received.length < events.length;
    return hasChangedSince && recent.length > 0 ? recent : received;
  };

  test("past agents are folded from all events received by then, or only from the last eight days if they changed later and have an event in these days", async () => {
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.integer({ min: 0, max: 130 }),
      async (steps, moment) => {
        const run = randomUUID();
        const delivered = steps
          .filter(({ erases }) => !erases)
          // some events of the second agent were received more than a month earlier
          .map((each, offset) => {
            const event = deliver(run, each, offset);
            const isOld = each.agent === 1 && each.receivedAfter % 2 === 1;
            return isOld ? { ...event, received_at: at(each.receivedAfter - 40 * 86_400) } : event;
          });
        const earliest = new Map<string, LoggedEvent>();
        for (const event of delivered) {
          const known = earliest.get(event.uuid);
          if (!known || event.received_at < known.received_at) earliest.set(event.uuid, event);
        }
        await createWriter(use()).write(delivered);
        const agents = [...Map.groupBy(earliest.values(), ({ aggregate_id }) => aggregate_id).values()];
        const known = agents.map((events) => knownAt(events, at(moment))).filter(({ length }) => length > 0);
        const expected = known.map((events) => applyPresence(null, events)).sort(byName);
        expect((await pastOf(use(), run, moment)).map(folded).sort(byAgent)).toEqual(expected);
      },
    );
    await fc.assert(property, { numRuns: 15 });
  }, 120_000);

  test("one batch gives the same agents as many batches", async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 24 }), async (steps) => {
      const run = randomUUID();
      const delivered = steps.filter(({ erases }) => !erases);
      await createWriter(use()).write(delivered.map((each, offset) => deliver(run, each, offset)));
      expect(await presencesOf(use(), run)).toEqual(expectedOf(run, delivered));
    });
    await fc.assert(property, { numRuns: 25 });
  }, 120_000);

  test("all agents or the named ones are listed, and a dialer's key is not an agent", async () => {
    const [ana, beto, dialer] = [freshCallId(), freshCallId(), freshCallId()];
    const event = (aggregate_id: string, type = "actor.logged-in") =>
      sampleEvent({ kind: "agent", aggregate_id, type, body: { queue: "900" } });
    await createWriter(use()).write([event(ana), event(beto), event(dialer, "dialer.failure")]);
    const names = async (agents?: string[]) =>
      (await use().queries.listPresences(agents)).map(({ agent }) => agent);
    expect(await names([ana, dialer, freshCallId()])).toEqual([ana]);
    expect(await names([])).toEqual([]);
    expect(await names()).toEqual(expect.arrayContaining([ana, beto]));
    expect(await names()).not.toContain(dialer);
  });
}

/** Lists the agents of a run at a moment. Other tests use the same times, so only the agents of the run count. */
async function pastOf({ queries }: Opened, run: string, seconds: number): Promise<Presence[]> {
  const all = await queries.listPastPresences(at(seconds));
  return all.filter(({ agent }) => agent.startsWith(run));
}

type Named = { agent: string };
const byAgent = (one: Named, other: Named) => (one.agent < other.agent ? -1 : 1);
