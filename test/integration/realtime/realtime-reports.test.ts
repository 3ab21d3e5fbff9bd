import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { fastClock } from "../../support/fast-clock.ts";
import { type RealtimeInProcess, startRealtime } from "../../support/services/realtime-in-process.ts";
import { connectClient, type Envelope, TRANSPORTS } from "../../support/traffic/socket-clients.ts";

/** A test follows a dozen changes on a machine that may be busy. */
jest.setTimeout(120_000);
/** The factor of the faster clock. A report is counted at most once in a second of that clock. */
const TIMES = 10;

let realtime: RealtimeInProcess;
beforeAll(async () => {
  realtime = await startRealtime({ clock: fastClock(TIMES) });
});
afterAll(() => realtime.stop());

const body = (type: string, more: Record<string, string>) =>
  JSON.stringify({ type, timestamp: new Date().toISOString(), ...more });

/**
 * The rows that a client of the protocol shows: a report, then the changed rows, without the rows whose names
 * are gone.
 */
function follow(snapshot: Envelope, name: "agent" | "queue") {
  const list = `${name}s`;
  const rows = new Map(snapshot.data[list].map((row: Record<string, unknown>) => [row[name], row]));
  return (deltas: Envelope[]) => {
    for (const { data } of deltas) {
      for (const row of data[list]) rows.set(row[name], row);
      for (const gone of data.gone) rows.delete(gone);
    }
    return [...rows.values()] as Record<string, unknown>[];
  };
}

describe.each(TRANSPORTS)("%s", (transport) => {
  const connect = () => connectClient(transport, realtime.url);

  test("the reports of agents and queues follow an agent's log-in, ring, talk, pause and log-out", async () => {
    const [agent, queue] = [`ana-${transport}`, `q-${transport}`];
    const client = await connect();
    const agents = follow(await client.ask("SubscribeAgents"), "agent");
    const queues = follow(await client.ask("SubscribeQueues", { minutes: 30 }), "queue");
    const call_id = `call-${transport}`;
    const steps: [type: string, more: object, state: string, free: number][] = [
      ["actor.logged-in", {}, "FREE", 1],
      ["actor.ringing", { call_id }, "RINGING", 0],
      ["actor.entered", { call_id }, "TALKING", 0],
      ["actor.left", { call_id }, "FREE", 1],
      ["actor.paused", { reason: "lunch" }, "PAUSED", 0],
      ["actor.logged-out", {}, "LOGGED_OUT", 0],
    ];
    for (const [type, more, state, free] of steps) {
      await realtime.happen(body(type, { actor: agent, queue, ...more }));
      await eventually(async () => {
        const row = agents(client.of("AgentsChanged")).find((each) => each.agent === agent);
        expect(row?.state).toBe(state);
        const counted = queues(client.of("QueuesChanged")).find((each) => each.queue === queue);
        expect(counted?.free ?? 0).toBe(free);
      });
    }
    const [pushed] = agents(client.of("AgentsChanged")).filter((each) => each.agent === agent);
    const asked = await client.ask("ListAgents", {});
    expect(asked.data.agents).toContainEqual(pushed);
    expect(pushed).toMatchObject({ taken: 1, missed: 0, mean_talk_ms: expect.any(Number) });
    client.close();
  });

  test("a second subscription of a kind replaces the first, and wrong parameters are refused", async () => {
    const client = await connect();
    await client.ask("SubscribeQueues");
    const refused = await client.ask("SubscribeQueues", { minutes: 0 });
    expect([refused.event, refused.status]).toEqual(["SubscribeQueues", "Failed"]);
    expect((await client.ask("SubscribeAgents", { params: {} })).status).toBe("Failed");
    const windowed = await client.ask("SubscribeQueues", { minutes: 1 });
    expect(Date.parse(windowed.data.now) - Date.parse(windowed.data.from)).toBe(60_000);
    await realtime.happen(body("call.waiting", { call_id: `waits-${transport}`, queue: `w-${transport}` }));
    // a report of the first subscription may have arrived earlier
    const since = client.received.indexOf(windowed);
    const changed = () => client.received.slice(since).filter(({ event }) => event === "QueuesChanged");
    await eventually(() => expect(changed().length).toBeGreaterThan(0));
    for (const { data } of changed()) expect(Date.parse(data.now) - Date.parse(data.from)).toBe(60_000);
    client.close();
  });

  test("ListStats returns the counts of /stats", async () => {
    const client = await connect();
    const over = await (await fetch(`${realtime.url}/stats`)).json();
    expect((await client.ask("ListStats", {})).data).toEqual(over);
    expect((await client.ask("ListStats", { minutes: 5 })).data.minutes).toBe(5);
    expect((await client.ask("ListStats", { minutes: 1_441 })).status).toBe("Failed");
    client.close();
  });
});

test("numbers that failed while the database was unavailable are right after its return", async () => {
  const client = await connectClient("websocket", realtime.url);
  const queues = follow(await client.ask("SubscribeQueues"), "queue");
  realtime.away = true;
  await realtime.happen(body("call.waiting", { call_id: "while-away", queue: "away" }));
  realtime.away = false;
  await eventually(() =>
    expect(queues(client.of("QueuesChanged"))).toContainEqual(
      expect.objectContaining({ queue: "away", waiting: 1 }),
    ),
  );
  client.close();
});
