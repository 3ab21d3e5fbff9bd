import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { ServiceHandle } from "@teravoz/stack";
import { eventually } from "../support/eventually.ts";
import { expectStored, type Gateway, openGateway } from "../support/services/gateway.ts";
import { BROKEN_OFF, keepSending, postAll, type Sending } from "../support/traffic/sending.ts";
import { connectClient } from "../support/traffic/socket-clients.ts";
import { bodiesOfCalls, shuffle } from "../support/traffic/traffic.ts";

/** Pause of each sender in ms while services start. The load continues, and leaves CPU to the services. */
const EASY_MS = 500;

describe("two of each service", () => {
  let gateway: Gateway;
  /** All bodies that the tests have sent so far. */
  const sent: string[] = [];
  beforeAll(async () => {
    gateway = await openGateway({ ingest: 2, projector: 2, realtime: 2 });
  });
  afterAll(() => gateway?.close());

  /** Ends the first instance of each service under full load and starts it again, and then the second one. */
  async function endInTurn(sending: Sending, end: (service: ServiceHandle) => Promise<void>) {
    for (const n of [0, 1]) {
      const services = [gateway.ingest[n]!, gateway.projector[n]!, gateway.realtime[n]!];
      sending.pause(0);
      await sending.untilMore(500);
      await Promise.all(services.map(end));
      sending.pause(EASY_MS);
      // the others continue meanwhile
      await sending.untilMore(50);
      await Promise.all(services.map((service) => service.start()));
      await Promise.all(services.map((service) => service.ready()));
    }
  }

  test("share the work, and no event is lost or stored twice", async () => {
    const bodies = shuffle(bodiesOfCalls(150));
    await postAll(gateway, bodies);
    sent.push(...bodies);
    await expectStored(gateway, sent);
  });

  test("are killed in turn under load: no acknowledged event is missing or stored twice", async () => {
    const sending = keepSending(gateway);
    await endInTurn(sending, async (service) => {
      service.kill("SIGKILL");
      await service.exited;
    });
    sent.push(...(await sending.stop()));
    const expected = [200, 503, BROKEN_OFF, "ECONNRESET", "ECONNREFUSED", "EPIPE"];
    expect([...sending.outcomes].filter((outcome) => !expected.includes(outcome))).toEqual([]);
    await expectStored(gateway, sent, 90_000);
  });

  test("get SIGTERM in turn under load: each answers its open requests, exits with 0, and no acknowledged event is missing", async () => {
    const sending = keepSending(gateway);
    await endInTurn(sending, async (service) => {
      expect([service.name, await service.stop()]).toEqual([service.name, 0]);
    });
    sent.push(...(await sending.stop()));
    // a stopping service refuses connections and closes idle ones, but answers each request that it has begun
    // to read
    const expected = [200, 503, "ECONNREFUSED", "ECONNRESET", "EPIPE"];
    expect([...sending.outcomes].filter((outcome) => !expected.includes(outcome))).toEqual([]);
    await expectStored(gateway, sent, 90_000);
  });

  test("a client of a realtime that was killed reads the same from the other one", async () => {
    const bodies = bodiesOfCalls(20);
    await postAll(gateway, bodies);
    sent.push(...bodies);
    await expectStored(gateway, sent);
    const [first, second] = gateway.realtime as [ServiceHandle, ServiceHandle];
    const client = await connectClient("websocket", first.url);
    const { data: before } = await client.ask("ListCalls");
    first.kill("SIGKILL");
    await client.closed;
    const again = await connectClient("websocket", second.url);
    expect((await again.ask("ListCalls")).data).toEqual(before);
    again.close();
  });
});

describe("two projectors with the session of a deployment, 10 s", () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway({ projector: 2, timings: "production" });
  });
  afterAll(() => gateway?.close());

  test("one that was paused past its session resumes and yields, and no event is lost or stored twice", async () => {
    const [sleeper, other] = gateway.projector as [ServiceHandle, ServiceHandle];
    const sending = keepSending(gateway);
    await sending.untilMore(500);
    sleeper.kill("SIGSTOP");
    await sending.untilMore(500);
    const bodies = await sending.stop();
    // when the session has ended, the other one takes all partitions and stores the rest
    const count = () => gateway.db.collection("events").countDocuments();
    await eventually(async () => expect(await count()).toBe(new Set(bodies).size), 120_000);
    sleeper.kill("SIGCONT");
    await Promise.all([sleeper.ready(60_000), other.ready(60_000)]);
    const more = bodiesOfCalls(50);
    await postAll(gateway, more);
    await expectStored(gateway, [...bodies, ...more], 60_000);
  });
});
