import { expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import { createManualClock } from "../testing/manual-clock.ts";
import { noNumbers, queriesOver, sampleCall } from "../testing/sample-calls.ts";
import { type Answer, createAnswers } from "./commands/answers.ts";
import { HELD_BYTES, MAX_BACKLOG_BYTES, STALL_MS } from "./commands/connection.ts";
import type { Message } from "./commands/messages.ts";
import type { Command } from "./commands/protocol.ts";
import { createSubscriptions, FRAME_MS } from "./feed/subscriptions.ts";
import { CHANGED_MS, createGateway, MAX_WAITING, MAX_WAITING_BYTES } from "./gateway.ts";

const log = createLog("test", "silent");
const queries = queriesOver([sampleCall()]);
const settle = () => new Promise((resolve) => setImmediate(resolve));

type Given = { answer?: (command: Command) => Promise<Answer>; taking?: boolean };

/** Starts a gateway with one client, on a link that takes each message at once or only on request. */
function start({ answer, taking = true }: Given = {}) {
  const clock = createManualClock();
  const metrics = createMetrics();
  const subscriptions = createSubscriptions(clock, () => {});
  const ask = answer ?? createAnswers({ ...noNumbers, queries, log, clock, onUnavailable: () => {} });
  const { reports, account } = noNumbers;
  const gateway = createGateway({ answer: ask, subscriptions, reports, log, metrics, clock, account });
  const sent: string[] = [];
  const untaken: (() => void)[] = [];
  const link = { ended: false, taking, unsent: 0 };
  const connection = gateway.connect(
    {
      send(message: Message, taken: () => void) {
        sent.push(`${message.event} ${message.status}`);
        if (link.taking) taken();
        else untaken.push(taken);
      },
      end: () => {
        link.ended = true;
      },
      unsent: () => link.unsent,
    },
    "test",
  );
  const takeAll = () => {
    for (const taken of untaken.splice(0)) taken();
  };
  return { clock, gateway, subscriptions, connection, sent, link, takeAll };
}

const notifications = (sent: string[]) => sent.filter((each) => each === "DataChanged Ok").length;

test("changes within 50 ms are notified once, and the last change is always notified", () => {
  const { gateway, clock, sent } = start();
  for (let n = 0; n < 9; n += 1) {
    gateway.changed();
    clock.advance(10);
  }
  expect(notifications(sent)).toBe(2);
  clock.advance(CHANGED_MS);
  expect(notifications(sent)).toBe(3);
  clock.advance(10 * CHANGED_MS);
  expect(notifications(sent)).toBe(3);
});

test("a socket that takes nothing has one DataChanged pending, and gets one more after it took that", () => {
  const { gateway, clock, sent, takeAll } = start({ taking: false });
  for (let n = 0; n < 10; n += 1) {
    gateway.changed();
    clock.advance(CHANGED_MS);
  }
  expect(notifications(sent)).toBe(1);
  takeAll();
  clock.advance(CHANGED_MS);
  expect(notifications(sent)).toBe(2);
});

test("the next command waits until the client has taken the last answer", async () => {
  const { gateway, connection, sent, takeAll } = start({ taking: false });
  for (let n = 0; n < 3; n += 1) gateway.receive(connection, { event: "ListCalls", data: {} });
  await settle();
  expect(sent.slice(1)).toEqual(["ListCalls Ok"]);
  takeAll();
  await settle();
  expect(sent.slice(1)).toEqual(["ListCalls Ok", "ListCalls Ok"]);
});

test("commands beyond the limit of waiting ones are refused at once, the others are answered", async () => {
  const { gateway, connection, sent, link } = start();
  for (let n = 0; n < MAX_WAITING + 10; n += 1) gateway.receive(connection, { event: "ListCalls", data: {} });
  expect(sent.slice(1)).toEqual(Array(9).fill("ListCalls Failed"));
  await settle();
  await settle();
  expect(sent.filter((each) => each === "ListCalls Ok")).toHaveLength(MAX_WAITING + 1);
  expect(link.ended).toBe(false);
});

test("large commands are refused beyond 1 MiB of waiting commands", async () => {
  const { gateway, connection, sent, link } = start();
  const data = { params: { queue: "q".repeat(60_000) } };
  const fit = Math.floor(MAX_WAITING_BYTES / 60_100);
  for (let n = 0; n < 1 + fit + 3; n += 1) gateway.receive(connection, { event: "ListCalls", data });
  expect(sent.slice(1)).toEqual(Array(3).fill("ListCalls Failed"));
  await settle();
  await settle();
  expect(sent.filter((each) => each === "ListCalls Ok")).toHaveLength(1 + fit);
  for (let n = 0; n < fit; n += 1) gateway.receive(connection, { event: "ListCalls", data });
  expect(sent.filter((each) => each === "ListCalls Failed")).toHaveLength(3);
  expect(link.ended).toBe(false);
});

test("a failed command is answered, and the socket stays open", async () => {
  const answer = createAnswers({
    ...noNumbers,
    queries: { ...queries, listCalls: () => Promise.reject(new Unavailable()) },
    log,
    clock: createManualClock(),
    onUnavailable: () => {},
  });
  const { gateway, connection, sent, link } = start({ answer });
  gateway.receive(connection, { event: "Subscribe", data: {} });
  gateway.receive(connection, { event: "ListCallEvents", data: { call_id: "one" } });
  await settle();
  expect(sent.slice(1)).toEqual(["Subscribe Failed", "ListCallEvents Ok"]);
  expect(link.ended).toBe(false);
});

test("a failed Subscribe keeps the previous subscription", async () => {
  let away = false;
  const answer = createAnswers({
    ...noNumbers,
    queries: {
      ...queries,
      listCalls: (...args) => (away ? Promise.reject(new Unavailable()) : queries.listCalls(...args)),
    },
    log,
    clock: createManualClock(),
    onUnavailable: () => {},
  });
  const { gateway, connection, sent, clock, subscriptions } = start({ answer });
  gateway.receive(connection, { event: "Subscribe", data: {} });
  await settle();
  away = true;
  gateway.receive(connection, { event: "Subscribe", data: { params: { state: "NEW" } } });
  await settle();
  subscriptions.changed([sampleCall({ version: 2 })], []);
  clock.advance(FRAME_MS);
  expect(sent.slice(1)).toEqual(["Subscribe Ok", "Subscribe Failed", "CallChanged Ok"]);
});

test("a socket that takes nothing for 30 s is closed", () => {
  const { clock, link } = start({ taking: false });
  clock.advance(STALL_MS);
  expect(link.ended).toBe(false);
  clock.advance(10_000);
  expect(link.ended).toBe(true);
});

test("a socket that takes a large message in parts stays open as long as it makes progress", () => {
  const { clock, link } = start({ taking: false });
  for (link.unsent = 9_000_000; link.unsent > 0; link.unsent -= 1_000_000) clock.advance(STALL_MS - 10_000);
  expect(link.ended).toBe(false);
  clock.advance(STALL_MS + 10_000);
  expect(link.ended).toBe(true);
});

test("an idle socket that took everything stays open", () => {
  const { clock, link } = start();
  clock.advance(100 * STALL_MS);
  expect(link.ended).toBe(false);
});

test("a socket with more than 1 MiB of untaken pushes is closed at the next push", async () => {
  const { gateway, connection, subscriptions, clock, link, takeAll } = start({ taking: false });
  takeAll();
  gateway.receive(connection, { event: "Subscribe", data: {} });
  await settle();
  takeAll();
  const frames = Math.ceil(MAX_BACKLOG_BYTES / 100_000);
  for (let version = 2; version <= frames + 1; version += 1) {
    subscriptions.changed([sampleCall({ version, code: "c".repeat(100_000) })], []);
    clock.advance(FRAME_MS);
  }
  expect(link.ended).toBe(false);
  subscriptions.changed([sampleCall({ version: 1_000 })], []);
  clock.advance(FRAME_MS);
  expect(link.ended).toBe(true);
});

test("many small untaken messages close a socket as a few large ones do", async () => {
  const { gateway, connection, subscriptions, clock, link, takeAll } = start({ taking: false });
  gateway.receive(connection, { event: "Subscribe", data: {} });
  await settle();
  takeAll();
  // their overhead equals their text: two rounds exceed the limit, one does not
  const third = Math.ceil(MAX_BACKLOG_BYTES / 3 / HELD_BYTES);
  const many = Array.from({ length: third }, (_, n) => sampleCall({ aggregate_id: `${n}` }));
  for (const version of [2, 3, 4]) {
    expect(link.ended).toBe(false);
    subscriptions.changed(
      many.map((call) => ({ ...call, version })),
      [],
    );
    clock.advance(FRAME_MS);
  }
  expect(link.ended).toBe(true);
});

test("a socket that closed while its query ran gets nothing and is removed from every view", async () => {
  const { gateway, connection, subscriptions, clock, sent } = start();
  gateway.receive(connection, { event: "Subscribe", data: {} });
  gateway.disconnect(connection);
  await settle();
  subscriptions.changed([sampleCall({ version: 2 })], []);
  gateway.changed();
  clock.advance(FRAME_MS);
  expect(sent).toEqual(["Welcome Ok"]);
});
