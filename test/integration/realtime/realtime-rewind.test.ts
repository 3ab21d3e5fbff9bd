import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { type RealtimeInProcess, startRealtime } from "../../support/services/realtime-in-process.ts";
import { connectClient, type SocketClient, TRANSPORTS } from "../../support/traffic/socket-clients.ts";

const body = (type: string, call_id: string, more: object = {}) => JSON.stringify({ type, call_id, ...more });
const beganAt = Date.now() - 3_600_000;
/** The moment this number of seconds after an hour ago. */
const at = (seconds: number) => new Date(beganAt + seconds * 1_000);

let realtime: RealtimeInProcess;
const clients: SocketClient[] = [];
const happened = (seconds: number, type: string, call_id: string) =>
  realtime.storeAt(at(seconds), body(type, call_id, { queue: "900", timestamp: at(seconds - 2) }));

beforeAll(async () => {
  realtime = await startRealtime();
  await happened(0, "call.waiting", "one");
  await happened(10, "call.waiting", "two");
  await happened(20, "call.ongoing", "one");
  await happened(30, "call.finished", "one");
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => realtime.stop());

async function connect(transport = TRANSPORTS[0]!) {
  const client = await connectClient(transport, realtime.url);
  clients.push(client);
  return client;
}

describe.each(TRANSPORTS)("%s", (transport) => {
  test.each([
    [-1, 0, 0, []],
    [0, 1, 0, ["one"]],
    [9.999, 1, 0, ["one"]],
    [10, 2, 0, ["one", "two"]],
    [20, 1, 1, ["two"]],
    [30, 1, 0, ["two"]],
  ])("Rewind returns the board of %s s after the start", async (seconds, waiting, ONGOING, waiters) => {
    const client = await connect(transport);
    const asked = { at: at(seconds).toJSON(), minutes: 30 };
    const { data, ...rest } = await client.ask("Rewind", asked);
    expect(rest).toEqual({ event: "Rewind", status: "Ok" });
    expect(data).toMatchObject({
      now: asked.at,
      from: at(seconds - 1_800).toJSON(),
      total: { waiting },
      states: { ONGOING },
    });
    expect(data.waiting.map((each: { aggregate_id: string }) => each.aggregate_id)).toEqual(waiters);
  });

  test("Rewind lists the calls that waited then with number, queue and the start of their wait", async () => {
    const client = await connect(transport);
    const { data } = await client.ask("Rewind", { at: at(25).getTime() });
    expect(data.waiting).toEqual([
      {
        aggregate_id: "two",
        their_number: null,
        their_number_display: null,
        queue: "900",
        entered_at: at(8).toJSON(),
      },
    ]);
    expect(data.queues).toMatchObject([{ queue: "900", waiting: 1, waiting_since: at(8).toJSON() }]);
  });

  test("Rewind to the last second returns the present, as ListQueues does", async () => {
    const client = await connect(transport);
    const { data } = await client.ask("Rewind", { at: Date.now() });
    const { waiting, agents, now: _now, ...numbers } = data;
    const { now: _then, ...queues } = (await client.ask("ListQueues", {})).data;
    expect(numbers).toEqual(queues);
    expect([waiting.length, agents]).toEqual([1, []]);
  });

  test.each([
    [{}, "at must be a moment since 2000"],
    [{ at: "yesterday" }, "at must be a moment since 2000"],
    [{ at: "1999-12-31T23:59:59Z" }, "at must be a moment since 2000"],
    [{ at: { $gt: 0 } }, "at must be a moment since 2000"],
    [{ at: beganAt + 86_400_000 }, "at must not be in the future"],
    [{ at: beganAt, minutes: 0 }, "minutes must be an integer from 1 to 1440"],
    [{ at: beganAt, params: {} }, "data may hold only at, minutes"],
    [[], "data must be an object"],
  ])("Rewind refuses %j", async (data, error) => {
    const client = await connect(transport);
    expect(await client.ask("Rewind", data)).toEqual({
      data: { success: false, error: expect.stringContaining(error) },
      event: "Rewind",
      status: "Failed",
    });
  });
});

test("a past that cannot be read is Failed, and is read after the return of the database", async () => {
  const client = await connect();
  const asked = { at: at(-90_000).getTime() };
  realtime.away = true;
  const before = realtime.queries;
  const { status, data } = await client.ask("Rewind", asked);
  expect([status, data.error]).toEqual(["Failed", "unavailable, try again"]);
  // only this client's read failed: the views of live clients were not read again
  expect(realtime.queries - before).toBe(1);
  realtime.away = false;
  expect((await client.ask("Rewind", asked)).status).toBe("Ok");
});

test("an erased call disappears from every past moment", async () => {
  const client = await connect();
  const waiters = async () => (await client.ask("Rewind", { at: at(15).getTime() })).data.waiting.length;
  expect(await waiters()).toBe(2);
  const changes = await realtime.erase("two");
  realtime.notify(changes);
  await eventually(async () => expect(await waiters()).toBe(1));
});

describe("a transferred call", () => {
  /** In seconds. No other test reads this part of the past. */
  const start = -7_200;
  const moment = (seconds: number) => at(start + seconds);
  const received = (seconds: number, type: string, more: object) =>
    realtime.storeAt(moment(seconds), body(type, "three", { timestamp: moment(seconds), ...more }));

  beforeAll(async () => {
    const [ana, bia] = [
      { actor: "ana", queue: "900" },
      { actor: "bia", queue: "901" },
    ];
    for (const agent of [ana, bia]) await received(-60, "actor.logged-in", agent);
    await received(0, "call.waiting", { queue: "900" });
    await received(20, "actor.entered", ana);
    await received(20.1, "call.ongoing", {});
    await received(80, "actor.left", ana);
    await received(80.1, "call.waiting", { queue: "901" });
    await received(100, "actor.entered", bia);
    await received(100.1, "call.ongoing", {});
    await received(160, "actor.left", bia);
    await received(160.1, "call.finished", {});
  });

  test.each([
    ["waiting", 10, { waiting: ["900"], agents: ["FREE", "FREE"], answered: [0, 0] }],
    ["talking", 50, { waiting: [], agents: ["TALKING", "FREE"], answered: [1, 0] }],
    ["transferred, waiting again", 90, { waiting: ["901"], agents: ["FREE", "FREE"], answered: [1, 0] }],
    ["talking to the other agent", 130, { waiting: [], agents: ["FREE", "TALKING"], answered: [1, 1] }],
    ["over", 170, { waiting: [], agents: ["FREE", "FREE"], answered: [1, 1] }],
  ])("is on the rewound board in its state of that moment: %s", async (_name, seconds, then) => {
    const client = await connect();
    const { data } = await client.ask("Rewind", { at: moment(seconds).getTime(), minutes: 30 });
    expect({
      waiting: data.waiting.map(({ queue }: { queue: string }) => queue),
      agents: data.agents.map(({ state }: { state: string }) => state),
      answered: data.queues.map(({ answered }: { answered: number }) => answered),
    }).toEqual(then);
  });
});
