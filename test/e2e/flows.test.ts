import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { countQueues } from "@teravoz/domain";
import { eventually } from "../support/eventually.ts";
import { expectStored, type Gateway, openGateway } from "../support/services/gateway.ts";
import { connectClient, type SocketClient, TRANSPORTS } from "../support/traffic/socket-clients.ts";
import { bodiesOf, callIdOf, FLOWS, shuffle } from "../support/traffic/traffic.ts";

let gateway: Gateway;
let client: SocketClient;
beforeAll(async () => {
  gateway = await openGateway();
  client = await connectClient("socket.io by websocket", gateway.realtime[0]!.url);
});
afterAll(async () => {
  client?.close();
  await gateway?.close();
});

const sent: string[] = [];
async function post(body: string) {
  const answer = await gateway.post(body);
  expect([answer.status, answer.body]).toEqual([200, expect.stringContaining(body)]);
  sent.push(body);
}
const listCall = async (aggregate_id: string) => {
  const { data } = await client.ask("ListCalls", { params: { aggregate_id } });
  expect(data).toHaveLength(1);
  return data[0];
};
const finished = (call_id: string, events: number) =>
  eventually(async () => expect(await listCall(call_id)).toMatchObject({ state: "FINISHED", events }));
const listTypes = async (call_id: string) => {
  const { data } = await client.ask("ListCallEvents", { call_id });
  return data.map(({ event }: { event: { type: string } }) => event.type);
};
const typesOf = (bodies: string[]) => bodies.map((body) => JSON.parse(body).type);

describe.each(FLOWS)("a call of the flow %s", (flow) => {
  test("is listed by the socket as finished, with its events in order", async () => {
    const bodies = bodiesOf(flow);
    const call_id = callIdOf(bodies[0]!);
    for (const body of bodies) await post(body);
    await finished(call_id, bodies.length);
    expect(await listTypes(call_id)).toEqual(typesOf(bodies));
    expect(await listCall(call_id)).toMatchObject({
      abandoned: flow === "abandoned",
      actor: null,
      waiting_since: null,
    });
  });

  test("is the same call if its events arrive shuffled and three times each", async () => {
    const bodies = bodiesOf(flow);
    const call_id = callIdOf(bodies[0]!);
    for (const body of shuffle([...bodies, ...bodies, ...bodies])) await post(body);
    await finished(call_id, bodies.length);
    expect(await listTypes(call_id)).toEqual(typesOf(bodies));
  });
});

test("the vendor's burst of one event is answered 200 for all 3,000 copies and stored once", async () => {
  const [body] = bodiesOf("sandbox");
  const answers = await Promise.all(Array.from({ length: 3_000 }, () => gateway.post(body!)));
  expect(new Set(answers.map((answer) => `${answer.status} ${answer.body}`)).size).toBe(1);
  expect(answers[0]!.status).toBe(200);
  sent.push(body!);
  await eventually(async () =>
    expect(await listCall(callIdOf(body!))).toMatchObject({ state: "NEW", events: 1 }),
  );
});

test("agent and dialer events are stored too, and are not calls", async () => {
  const stamp = new Date().toISOString();
  const calls = (await gateway.calls()).length;
  for (const queue of ["900", "901"])
    await post(
      JSON.stringify({
        type: "actor.logged-in",
        actor: "ana@example.com",
        number: "200",
        queue,
        timestamp: stamp,
      }),
    );
  await post(
    JSON.stringify({ type: "dialer.attempt", code: "77", number: "5511999990000", timestamp: stamp }),
  );
  await eventually(async () =>
    expect(
      (await gateway.events())
        .filter(({ kind }) => kind === "agent")
        .map(({ aggregate_id }) => aggregate_id)
        .sort(),
    ).toEqual(["77", "ana@example.com", "ana@example.com"]),
  );
  expect(await gateway.calls()).toHaveLength(calls);
});

test.each(TRANSPORTS)("a client by %s gets the changes of a call after its snapshot", async (transport) => {
  const bodies = bodiesOf("delegated");
  const call_id = callIdOf(bodies[0]!);
  const watcher = await connectClient(transport, gateway.realtime[0]!.url);
  const { data } = await watcher.ask("Subscribe", { params: { aggregate_id: call_id } });
  expect(data).toEqual([]);
  for (const body of bodies) await post(body);
  await eventually(() =>
    expect(watcher.of("CallChanged").at(-1)?.data).toMatchObject({
      aggregate_id: call_id,
      state: "FINISHED",
    }),
  );
  // it is sent at most every 50 ms, and may arrive after the last CallChanged
  await eventually(() => expect(watcher.of("DataChanged").length).toBeGreaterThan(0));
  watcher.close();
});

test("the numbers of the queues equal those of all calls, at the first command and as calls change", async () => {
  const minutes = 1_440;
  const expectCounted = () =>
    eventually(async () => {
      const { data } = await client.ask("ListQueues", { minutes });
      const [from, now] = [new Date(data.from), new Date(data.now)];
      const window = { from, to: new Date(now.getTime() + minutes * 60_000) };
      const promiseOf = () => ({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 });
      const { total, queues } = countQueues(await gateway.calls(), { window, now, promiseOf });
      expect(data.total).toEqual({ ...JSON.parse(JSON.stringify(total)), free: expect.any(Number) });
      expect(data.queues.map(({ queue }: { queue: string }) => queue)).toEqual([...queues.keys()].sort());
      return data.total;
    });
  const before = await expectCounted();
  expect([before.answered, before.abandoned].every((count) => count > 0)).toBe(true);
  for (const flow of FLOWS) for (const body of bodiesOf(flow)) await post(body);
  await eventually(async () =>
    expect((await expectCounted()).offered).toBeGreaterThanOrEqual(before.offered + 4),
  );
});

test("/stats counts the stored events by type, and their calls by state", async () => {
  const countBy = <T>(items: readonly T[], nameOf: (item: T) => string) =>
    Object.fromEntries([...Map.groupBy(items, nameOf)].map(([name, all]) => [name, all.length]));
  // the calls of the previous test may still be pending
  await eventually(async () => {
    const answer = await fetch(`${gateway.realtime[0]!.url}/stats?minutes=60`);
    expect(await answer.json()).toEqual({
      minutes: 60,
      events: countBy(await gateway.events(), ({ type }) => type),
      calls: countBy(await gateway.calls(), ({ state }) => state),
    });
  });
});

test("every acknowledged event is stored once and verbatim, and each call is the fold of its events", async () => {
  await expectStored(gateway, sent);
});
