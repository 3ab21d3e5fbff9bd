import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { type RealtimeInProcess, startRealtime } from "../../support/services/realtime-in-process.ts";
import {
  connectClient,
  type Envelope,
  OLD_TRANSPORTS,
  type SocketClient,
  TRANSPORTS,
} from "../../support/traffic/socket-clients.ts";

const body = (type: string, call_id: string, more: object = {}) => JSON.stringify({ type, call_id, ...more });

let realtime: RealtimeInProcess;
const clients: SocketClient[] = [];
/** Counts the events that a test sends, so that no two of them are equal. */
let happened = 0;

beforeAll(async () => {
  realtime = await startRealtime({ env: { QUEUES: '{"900":{"name":"Cobrança"}}' } });
  await realtime.store(
    body("call.new", "one", { their_number: "5511999990000", timestamp: "2026-01-01T00:00:00Z" }),
    body("call.standby", "one", { timestamp: "2026-01-01T00:00:01Z" }),
    body("call.new", "two", { code: "c", timestamp: "2026-01-01T00:00:02Z" }),
    '{ "type":"call.waiting", "call_id":"two", "queue":900, "nps": 12345678901234567890, "tag":1, "tag":2 }',
  );
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => realtime.stop());

describe.each(TRANSPORTS)("%s", (transport) => {
  const connect = async () => {
    const client = await connectClient(transport, realtime.url);
    clients.push(client);
    return client;
  };
  const idsOf = (calls: { aggregate_id: string }[]) => calls.map(({ aggregate_id }) => aggregate_id);

  test("a client gets Welcome as its first message", async () => {
    const client = await connect();
    expect(client.received[0]).toEqual({ data: "Welcome", event: "Welcome", status: "Ok" });
  });

  test.each([
    [],
    [null],
    [{}],
    [{ params: {} }],
    [{ params: null }],
    [{ params: { state: null, queue: "" } }],
  ])("ListCalls without a filter lists all calls, newest first %#", async (...data) => {
    const client = await connect();
    const { data: calls, ...rest } = await client.ask("ListCalls", ...data);
    expect(idsOf(calls)).toEqual(["two", "one"]);
    expect(rest).toEqual({ event: "ListCalls", status: "Ok" });
  });

  test("a listed call has its number, times in milliseconds and null for unknown fields", async () => {
    const client = await connect();
    const { data } = await client.ask("ListCalls", { params: { aggregate_id: "one" } });
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ aggregate_id: "one", state: "STANDBY", queue: null, events: 2 });
    expect(Number.isInteger(data[0].id)).toBe(true);
    expect(data[0].created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test("a call has its visits in every message, with `legs` as their alias unless the client declines it", async () => {
    const [usual, modest] = [await connect(), await connect()];
    const params = { aggregate_id: "two" };
    const queues = [{ queue: "900" }];
    for (const event of ["ListCalls", "Subscribe"]) {
      const [call] = (await usual.ask(event, { params })).data;
      expect([event, call.visits, call.legs]).toMatchObject([event, queues, call.visits]);
      const [without] = (await modest.ask(event, { params, legs: false })).data;
      expect(without).toEqual({ ...call, legs: undefined });
      expect(without).not.toHaveProperty("legs");
    }
    await realtime.happen(body("call.data-provided", "two", { nth: ++happened }));
    const [changed, withoutLegs] = await Promise.all(
      [usual, modest].map(async (client) => (await client.next("CallChanged")).data),
    );
    expect([changed.visits, changed.legs]).toMatchObject([queues, changed.visits]);
    expect(withoutLegs.visits).toEqual(changed.visits);
    expect(withoutLegs).not.toHaveProperty("legs");
  });

  test.each([
    [{ state: "WAITING" }, ["two"]],
    [{ state: "WAITING", code: "c" }, ["two"]],
    [{ state: "WAITING", code: "d" }, []],
    [{ queue: "900" }, ["two"]],
    [{ queue: 900 }, ["two"]],
    [{ their_number: "5511999990000" }, ["one"]],
    [{ number: "(11) 99999-0000" }, ["one"]],
    [{ number: 5511999990000, state: "STANDBY" }, ["one"]],
    [{ number: "anonymous" }, []],
    [{ search: "sip:+5511999990000@203.0.113.7" }, ["one"]],
    [{ search: "0000" }, ["one"]],
    [{ search: "000" }, []],
    [{ search: "cobranca" }, ["two"]],
    [{ search: "900", state: "STANDBY" }, []],
    [{ search: "two" }, ["two"]],
    [{ search: " " }, ["two", "one"]],
    [{ state: "FINISHED" }, []],
  ])("ListCalls and Subscribe filter by the params: %j", async (params, expected) => {
    const client = await connect();
    for (const event of ["ListCalls", "Subscribe"])
      expect(idsOf((await client.ask(event, { params })).data)).toEqual(expected);
  });

  test.each([
    ["0 (11) 99999-0000", { canonical: "+5511999990000", display: "+55 11 99999-0000" }],
    ["anonymous", null],
  ])("ShowNumber reads every spelling of a number: %s", async (number, data) => {
    const client = await connect();
    const answer = { data, event: "ShowNumber", status: "Ok" };
    expect(await client.ask("ShowNumber", { number })).toEqual(answer);
  });

  test("ListCalls and Subscribe with a window list the calls that had an event since `since` and began before `until`", async () => {
    const client = await connect();
    const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    for (const event of ["ListCalls", "Subscribe"]) {
      const within = async (window: object) => idsOf((await client.ask(event, window)).data);
      expect(await within({ since: hour(-1), until: hour(1) })).toEqual(["two", "one"]);
      expect(await within({ since: hour(1) })).toEqual([]);
      expect(await within({ until: hour(-1) })).toEqual([]);
      expect(await within({ since: hour(-1), params: { state: "WAITING" } })).toEqual(["two"]);
    }
  });

  test("a list beyond the limit continues at its next value", async () => {
    const client = await connect();
    const first = await client.ask("ListCalls", { limit: 1 });
    expect(idsOf(first.data)).toEqual(["two"]);
    const second = await client.ask("ListCalls", { limit: 1, cursor: first.next });
    expect(idsOf(second.data)).toEqual(["one"]);
    expect(second).not.toHaveProperty("next");
  });

  test("ListCallEvents returns the events of a call in order, with the bodies as sent", async () => {
    const client = await connect();
    const { data } = await client.ask("ListCallEvents", { call_id: "one" });
    expect(data.map((item: { event: { type: string } }) => item.event.type)).toEqual([
      "call.new",
      "call.standby",
    ]);
    const keys = ["id", "aggregate_id", "uuid", "occurred_at", "received_at", "event"];
    expect(Object.keys(data[0])).toEqual(keys);
    expect(data[0].occurred_at).toBe("2026-01-01T00:00:00.000Z");
    expect(new Date(data[0].received_at).toJSON()).toBe(data[0].received_at);
    expect(data[0].event.their_number).toBe("5511999990000");
  });

  test.each([{}, { minutes: null }, { minutes: 30 }])("ListQueues returns the numbers: %j", async (asked) => {
    const client = await connect();
    const { data, ...rest } = await client.ask("ListQueues", asked);
    expect(rest).toEqual({ event: "ListQueues", status: "Ok" });
    const numbers = { waiting: 1, offered: 1, answered: 0, abandoned: 0, service_level: null };
    expect(data).toMatchObject({
      total: numbers,
      queues: [{ queue: "900", name: "Cobrança", ...numbers }],
    });
    expect(data.queues).toHaveLength(1);
    for (const time of [data.from, data.now, data.total.waiting_since])
      expect(new Date(time).toJSON()).toBe(time);
  });

  test.each([
    [{}, 1],
    [{ queue: "900" }, 1],
    [{ queue: 900 }, 1],
    [{ queue: "901" }, 0],
  ])("ListQueueDay returns the numbers by quarters of an hour: %j", async (asked, offered) => {
    const client = await connect();
    const { data, ...rest } = await client.ask("ListQueueDay", asked);
    expect(rest).toEqual({ event: "ListQueueDay", status: "Ok" });
    const queue = "queue" in asked ? String(asked.queue) : null;
    expect(data).toMatchObject({ queue, slice_ms: 900_000, zone: "America/Sao_Paulo" });
    const ends = Date.parse(data.slices.at(-1).from) + data.slice_ms;
    expect(ends).toBeGreaterThan(Date.parse(data.now));
    expect(data.slices[0].from).toBe(data.from);
    const sum = data.slices.reduce((all: number, slice: { offered: number }) => all + slice.offered, 0);
    expect(sum).toBe(offered);
  });

  test("an unknown call has no events", async () => {
    const client = await connect();
    expect(await client.ask("ListCallEvents", { call_id: "unknown" })).toEqual({
      data: [],
      event: "ListCallEvents",
      status: "Ok",
    });
  });

  test.each([
    [
      "ListCalls",
      { params: { state: "waiting" } },
      "state must be one of NEW, STANDBY, WAITING, ONGOING, FINISHED",
    ],
    ["ListCalls", { params: { state: { $ne: null } } }, "state must be one of"],
    ["ListCalls", { params: { queue: { $regex: "(a+)+$" } } }, "queue must be a string"],
    ["ListCalls", { params: { queue: ["900"] } }, "queue must be a string"],
    ["ListCalls", { params: { $where: "1" } }, "params may hold only id,"],
    ["ListCalls", { params: [] }, "params must be an object"],
    ["ListCalls", { params: "WAITING" }, "params must be an object"],
    ["ListCalls", { state: "WAITING" }, "data may hold only params, limit, cursor"],
    ["ListCalls", { since: "today" }, "since must be a time in ISO 8601, like 2026-11-25T10:42:07Z"],
    [
      "Subscribe",
      { since: "2026-11-25T10:00:00Z", until: "2026-11-25T10:00:00Z" },
      "until must be after since",
    ],
    ["ListCalls", { params: { since: "2026-11-25T10:00:00Z" } }, "params may hold only id,"],
    ["ListCalls", { limit: 0 }, "limit must be an integer from 1 to 10000"],
    ["ListCalls", { limit: 10_001 }, "limit must be"],
    ["ListCalls", { cursor: "nonsense" }, "cursor"],
    ["ListCalls", [], "data must be an object"],
    ["ListCalls", "all", "data must be an object"],
    ["ListCalls", 7, "data must be an object"],
    ["ListCallEvents", {}, "call_id must be a string that is not empty"],
    ["ListCallEvents", { call_id: { $ne: null } }, "call_id must be"],
    ["ListCallEvents", { call_id: "one", limit: 1_001 }, "limit must be an integer from 1 to 1000"],
    ["ListQueues", { minutes: 0 }, "minutes must be an integer from 1 to 1440"],
    ["ListQueues", { minutes: 1_441 }, "minutes must be"],
    ["ListQueues", { minutes: { $gt: 0 } }, "minutes must be"],
    ["ListQueues", { params: {} }, "data may hold only minutes"],
    ["ListQueueDay", { queue: { $ne: null } }, "queue must be a string"],
    ["ListQueueDay", { minutes: 30 }, "data may hold only queue"],
    ["ListCalls", { params: { search: "x".repeat(257) } }, "search must be a text of at most 256 characters"],
    ["ListCalls", { params: { number: { $ne: null } } }, "number must be a string"],
    ["ShowNumber", { number: {} }, "number must be a string"],
    ["ShowNumber", { search: "1" }, "data may hold only number"],
    ["Subscribe", { params: { state: "OPEN" } }, "state must be one of"],
  ])("%s refuses %j", async (event, data, error) => {
    const client = await connect();
    const answer = await client.ask(event, data);
    expect(answer).toEqual({
      data: { success: false, error: expect.stringContaining(error) },
      event,
      status: "Failed",
    });
  });

  test("an unknown command is named in the answer with the list of known commands", async () => {
    const client = await connect();
    client.send("DropCalls", {});
    expect(await client.next("InvalidEvent")).toEqual({
      data: {
        success: false,
        error: expect.stringMatching(
          /^unknown event "DropCalls": use one of ListCalls, ListCallEvents, (\w+, )+Subscribe\w*$/,
        ),
      },
      event: "InvalidEvent",
      status: "Failed",
    });
  });

  test("answers arrive in the order of the commands", async () => {
    const client = await connect();
    client.send("ListCallEvents", { call_id: "one" });
    client.send("ListCalls", { params: { state: "no" } });
    client.send("Nothing");
    client.send("ListCalls", {});
    await client.next("ListCalls");
    await client.next("ListCalls");
    const order = client.received.slice(1).map(({ event, status }) => `${event} ${status}`);
    expect(order).toEqual(["ListCallEvents Ok", "ListCalls Failed", "InvalidEvent Failed", "ListCalls Ok"]);
  });

  test("more than 1,000 commands at once are refused, and the client stays connected", async () => {
    const client = await connect();
    for (let n = 0; n < 2_000; n += 1) client.send("ListCalls", { limit: 1 });
    for (let n = 0; n < 2_000; n += 1) await client.next("ListCalls");
    const refused = client.of("ListCalls").filter(({ status }) => status === "Failed");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(1_000);
    for (const { data } of refused) expect(data.error).toBe("too many commands waiting");
    expect((await client.ask("ListCalls")).status).toBe("Ok");
  });
});

describe.each(OLD_TRANSPORTS)("%s", (transport) => {
  test("a client of the older protocol gets Welcome, answers by event and by acknowledgement, and notices of changes", async () => {
    const client = await connectClient(transport, realtime.url);
    clients.push(client);
    expect(client.received).toEqual([{ data: "Welcome", event: "Welcome", status: "Ok" }]);
    const { data, ...rest } = await client.ask("ListCalls", {});
    expect(rest).toEqual({ event: "ListCalls", status: "Ok" });
    expect(data.map((call: { aggregate_id: string }) => call.aggregate_id)).toEqual(["two", "one"]);
    const acknowledged = await new Promise<Envelope>((resolve) =>
      client.send("ListCallEvents", { call_id: "one" }, resolve),
    );
    expect([acknowledged.status, acknowledged.data.length]).toEqual(["Ok", 2]);
    expect(client.of("ListCallEvents")).toEqual([]);
    realtime.notify([{ key: "one", kind: "call", version: 1, erased: false }]);
    expect((await client.next("DataChanged")).status).toBe("Ok");
    expect(await client.ask("ListCalls", { params: { state: "no" } })).toMatchObject({ status: "Failed" });
    client.close();
    await client.closed;
  });
});

describe("socket.io by polling", () => {
  test("a client of socket.io 4 that only polls gets Welcome, lists calls without an acknowledgement and gets notices of changes", async () => {
    const client = await connectClient("socket.io by polling", realtime.url);
    clients.push(client);
    expect(client.received).toEqual([{ data: "Welcome", event: "Welcome", status: "Ok" }]);
    client.send("ListCalls", {});
    const listed = await client.next("ListCalls");
    expect([listed.status, listed.data.length]).toEqual(["Ok", 2]);
    realtime.notify([{ key: "one", kind: "call", version: 1, erased: false }]);
    expect(await client.next("DataChanged")).toMatchObject({ event: "DataChanged", status: "Ok" });
  });
});

test("a subscription with a search sends the calls that enter it, and marks the call that leaves it", async () => {
  const client = await connectClient("websocket", realtime.url);
  clients.push(client);
  await client.ask("Subscribe", { params: { search: "moves" } });
  const began = Date.now();
  for (const [n, code] of ["moves", "other", "moves"].entries()) {
    const timestamp = new Date(began + n).toISOString();
    await realtime.happen(body("call.standby", "three", { code, timestamp }));
  }
  await eventually(async () =>
    expect(client.of("CallChanged").at(-1)).toMatchObject({ data: { code: "moves" } }),
  );
  await realtime.happen(body("call.standby", "three", { code: "other", sid: "last" }));
  await eventually(async () => expect(client.of("CallChanged").at(-1)).toMatchObject({ left: true }));
  await realtime.erase("three");
});

describe("websocket", () => {
  const connect = async () => {
    const client = await connectClient("websocket", realtime.url);
    clients.push(client);
    return client;
  };

  test("envelopes have their keys in the documented order", async () => {
    const client = await connect();
    await client.ask("ListCallEvents", { call_id: "unknown" });
    expect(client.texts.slice(0, 2)).toEqual([
      '{"data":"Welcome","event":"Welcome","status":"Ok"}',
      '{"data":[],"event":"ListCallEvents","status":"Ok"}',
    ]);
  });

  test("a body is sent exactly as it was received, character by character", async () => {
    const client = await connect();
    await client.ask("ListCallEvents", { call_id: "two" });
    expect(client.texts.at(-1)).toContain(
      '"event":{ "type":"call.waiting", "call_id":"two", "queue":900, "nps": 12345678901234567890, "tag":1, "tag":2 }',
    );
  });
});
