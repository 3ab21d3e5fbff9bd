import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";
import { type Gateway, openGateway } from "../support/services/gateway.ts";
import { connectClient, type SocketClient } from "../support/traffic/socket-clients.ts";

/** The sender's clock is three hours behind UTC, and its stamps have no zone. */
const SENDER_TIME_ZONE = "America/Sao_Paulo";
const BEHIND_MS = 3 * 3_600_000;

const now = Date.now();
const moment = (secondsAgo: number) => new Date(Math.floor(now / 1_000) * 1_000 - secondsAgo * 1_000);
const local = (secondsAgo: number) =>
  new Date(moment(secondsAgo).getTime() - BEHIND_MS).toISOString().slice(0, 19);
const inUtc = (secondsAgo: number) => moment(secondsAgo).toISOString();

const bodies = [
  ...[
    { type: "call.new", timestamp: local(50) },
    { type: "call.waiting", queue: "900", timestamp: local(49) },
    { type: "actor.entered", queue: "900", actor: "ana", timestamp: inUtc(40) },
    { type: "call.ongoing", timestamp: inUtc(39) },
    { type: "actor.left", queue: "900", actor: "ana", timestamp: local(20) },
    { type: "call.finished", timestamp: local(19) },
  ].map((body) => ({ call_id: "zone.1", ...body })),
  { type: "actor.logged-in", actor: "ana", queue: "900", timestamp: local(60) },
  { type: "actor.paused", actor: "ana", queue: "900", timestamp: local(10) },
].map((body) => JSON.stringify(body));

let gateway: Gateway;
let client: SocketClient;
beforeAll(async () => {
  // ingest has another zone, because its stamps do not count
  gateway = await openGateway({
    env: { SENDER_TIME_ZONE, ACCOUNT_TIME_ZONE: zoneAtNoon() },
    envOf: (name): NodeJS.ProcessEnv => (name.startsWith("ingest") ? { SENDER_TIME_ZONE: "Asia/Tokyo" } : {}),
  });
  client = await connectClient("socket.io by websocket", gateway.realtime[0]!.url);
  for (const body of bodies.toReversed()) expect((await gateway.post(body)).status).toBe(200);
  await eventually(async () =>
    expect(await gateway.db.collection("events").countDocuments()).toBe(bodies.length),
  );
});
afterAll(async () => {
  client?.close();
  await gateway?.close();
});

const ask = async (event: string, data: object = {}) => (await client.ask(event, data)).data;

test("a call has the moments of the sender's zone", async () => {
  const [call] = await ask("ListCalls", { params: { aggregate_id: "zone.1" } });
  expect(call).toMatchObject({
    state: "FINISHED",
    answered_at: inUtc(40),
    finished_at: inUtc(19),
    visits: [{ queue: "900", entered_at: inUtc(49), answered_at: inUtc(40) }],
  });
});

test("a call's events are listed in the order of these moments, and with them", async () => {
  const events = await ask("ListCallEvents", { call_id: "zone.1" });
  const listed = events.map((each: { occurred_at: string; event: { type: string } }) => [
    each.event.type,
    each.occurred_at,
  ]);
  expect(listed).toEqual([
    ["call.new", inUtc(50)],
    ["call.waiting", inUtc(49)],
    ["actor.entered", inUtc(40)],
    ["call.ongoing", inUtc(39)],
    ["actor.left", inUtc(20)],
    ["call.finished", inUtc(19)],
  ]);
});

test("deliveries have the stamps of the sender's zone, regardless of the zone of ingest", async () => {
  const { deliveries } = await ask("ListDeliveries");
  expect(deliveries).toHaveLength(bodies.length);
  const stamps = deliveries.map(({ occurred_at }: { occurred_at: string }) => occurred_at);
  expect(stamps.toSorted()).toEqual([60, 50, 49, 40, 39, 20, 19, 10].map(inUtc));
});

test("a wait and its answer count in their quarter of the hour", async () => {
  const day = await ask("ListQueueDay", { queue: "900" });
  const offered = day.slices.filter((slice: { offered: number }) => slice.offered > 0);
  expect(offered).toHaveLength(1);
  const from = Date.parse(offered[0].from);
  const entered = moment(49).getTime();
  expect([from <= entered, entered < from + day.slice_ms]).toEqual([true, true]);
});

test("an agent's pause begins at its moment in the sender's zone, in the rewound board too", async () => {
  const { agents } = await ask("ListAgents");
  expect(agents).toMatchObject([{ agent: "ana", state: "PAUSED", since: inUtc(10) }]);
  const past = await ask("Rewind", { at: new Date().toISOString() });
  expect(past.agents).toMatchObject([{ agent: "ana", state: "PAUSED", since: inUtc(10) }]);
});
