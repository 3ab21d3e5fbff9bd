import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { expectStored, type Gateway, openGateway } from "../support/gateway.ts";
import { connectClient } from "../support/socket-clients.ts";
import { bodiesOfCalls, shuffle } from "../support/traffic.ts";

let gateway: Gateway;
beforeEach(async () => {
  gateway = await openGateway({ ingest: 2, projector: 2, realtime: 2, timings: "production" });
});
afterEach(() => gateway?.close());

const RETRY_MS = 50;
/** The service says of each request that it has begun to read it: what breaks before it was never read. */
const EXPECT = { Expect: "100-continue" };
const BROKEN_OFF = "broken off";

/**
 * Sends like a vendor that never gives up, 32 at once, until `stop`: answers all bodies that were acknowledged, and those
 * whose outcome nobody knows (503, a broken connection).
 */
function keepSending(bodies: string[]) {
  const acknowledged = new Set<string>();
  const statuses = new Map<number | string, number>();
  let stopped = false;
  let next = 0;
  const worker = async () => {
    while (!stopped && next < bodies.length) {
      const body = bodies[next++]!;
      while (!acknowledged.has(body)) {
        const answer = await gateway
          .post(body, EXPECT)
          .catch(({ begun, code }) => ({ status: begun ? BROKEN_OFF : String(code) }));
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (answer.status === 200) acknowledged.add(body);
        else await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };
  const done = Promise.all(Array.from({ length: 32 }, worker));
  return { acknowledged, statuses, done, sent: () => next, stop: () => (stopped = true) };
}

test("two of each service share the work and nothing is lost or doubled", async () => {
  const bodies = shuffle(bodiesOfCalls(300));
  const sending = keepSending(bodies);
  await sending.done;
  expect([...sending.statuses]).toEqual([[200, bodies.length]]);
  await expectStored(gateway, bodies);
});

test("each service killed and started again under load: nothing acknowledged is missing, nothing is doubled", async () => {
  const bodies = shuffle(bodiesOfCalls(600));
  const sending = keepSending(bodies);
  for (const [n, service] of [...gateway.ingest, ...gateway.projector, ...gateway.realtime].entries()) {
    await eventually(() => expect(sending.sent()).toBeGreaterThan((bodies.length * (n + 1)) / 10), 60_000);
    service.kill("SIGKILL");
    await service.exited;
    await service.start();
    await service.ready();
  }
  await sending.done;
  expect(
    [...sending.statuses.keys()].filter(
      (status) => ![200, 503, BROKEN_OFF, "ECONNRESET", "ECONNREFUSED", "EPIPE"].includes(status),
    ),
  ).toEqual([]);
  await expectStored(gateway, bodies, 90_000);
});

test("SIGTERM under load: each service answers what it has begun, stops with 0, and no acknowledged event is missing", async () => {
  const bodies = shuffle(bodiesOfCalls(600));
  const sending = keepSending(bodies);
  for (const [n, service] of [...gateway.ingest, ...gateway.projector, ...gateway.realtime].entries()) {
    await eventually(() => expect(sending.sent()).toBeGreaterThan((bodies.length * (n + 1)) / 10), 60_000);
    expect([service.name, await service.stop()]).toEqual([service.name, 0]);
    await service.start();
    await service.ready();
  }
  await sending.done;
  // what it has begun to read is answered: a stopping service refuses connections, and closes those on which nothing came
  expect(
    [...sending.statuses.keys()].filter(
      (status) => ![200, 503, "ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(status),
    ),
  ).toEqual([]);
  await expectStored(gateway, bodies, 90_000);
});

test("a projector that was paused past its session wakes up, gives way, and nothing is lost or doubled", async () => {
  const bodies = shuffle(bodiesOfCalls(400));
  const sending = keepSending(bodies);
  const [sleeper, other] = gateway.projector as [Gateway["projector"][0], Gateway["projector"][0]];
  await eventually(() => expect(sending.sent()).toBeGreaterThan(bodies.length / 4), 60_000);
  sleeper.kill("SIGSTOP");
  await sending.done;
  // the session is 10 s: the other one takes all partitions then, and stores what is left
  await eventually(async () => expect((await gateway.events()).length).toBe(new Set(bodies).size), 120_000);
  sleeper.kill("SIGCONT");
  await sleeper.ready(60_000);
  await other.ready(60_000);
  const more = bodiesOfCalls(50);
  for (const body of more) expect((await gateway.post(body)).status).toBe(200);
  await expectStored(gateway, [...bodies, ...more], 60_000);
});

test("a client of a realtime that dies reads the same from the other one", async () => {
  const bodies = bodiesOfCalls(20);
  for (const body of bodies) expect((await gateway.post(body)).status).toBe(200);
  await expectStored(gateway, bodies);
  const [first, second] = gateway.realtime as [Gateway["realtime"][0], Gateway["realtime"][0]];
  const client = await connectClient("websocket", first.url);
  const { data: before } = await client.ask("ListCalls");
  first.kill("SIGKILL");
  await client.closed;
  const again = await connectClient("websocket", second.url);
  expect((await again.ask("ListCalls")).data).toEqual(before);
  again.close();
});
