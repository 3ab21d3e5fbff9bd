import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { foldCall, Unavailable } from "@teravoz/domain";
import { connectMongo, createMongoStore } from "@teravoz/store";
import { eventually } from "../../support/eventually.ts";
import {
  batchOf,
  dropDatabase,
  erasureKeys,
  freshDatabase,
  log,
  openStore,
  sampleEvent,
  uriOf,
} from "../../support/stack/store.ts";
import { openProxy, type TcpProxy } from "../../support/stack/tcp-proxy.ts";

/** A driver that lost its server tries again within seconds. */
const BACK_MS = 20_000;

describe("the store while MongoDB is unreachable", () => {
  let proxy: TcpProxy;
  let uri: string;
  let breaking: NodeJS.Timeout | undefined;
  beforeAll(async () => {
    const target = uriOf(freshDatabase());
    proxy = await openProxy({ host: target.hostname, port: Number(target.port || 27017) });
    target.host = `127.0.0.1:${proxy.port}`;
    // otherwise the driver would ask for the members' own addresses and bypass the proxy
    target.search = "?directConnection=true";
    uri = target.href;
  });
  afterEach(() => {
    clearInterval(breaking);
    proxy.heal();
  });
  afterAll(() => proxy.close());

  test("answers Unavailable to every query and batch, and works again after the return", async () => {
    const { connection, store } = await openStore(uri);
    const event = sampleEvent();
    expect(await connection.check()).toEqual({ ok: true });
    proxy.cut();
    const asked = Date.now();
    expect(await connection.check()).toEqual({ ok: false, reason: "no primary answers" });
    // long before the driver gives up, after 5 s
    expect(Date.now() - asked).toBeLessThan(4_000);
    const outcomes = await Promise.allSettled([
      store.apply(batchOf([event], null, 0), foldCall),
      store.position("call-events", 0),
      store.listCalls({}, { limit: 1, cursor: null }),
      store.listCallEvents("a", { limit: 1, bytes: 1, cursor: null }),
      store.findCalls(["a"]),
      store.prepare(),
    ]);
    for (const outcome of outcomes) {
      const reason = outcome.status === "rejected" ? outcome.reason : null;
      expect(reason).toBeInstanceOf(Unavailable);
      expect(reason.cause).toHaveProperty("message");
    }
    proxy.heal();
    await eventually(async () => expect(await connection.check()).toEqual({ ok: true }), BACK_MS);
    expect(await store.apply(batchOf([event], null, 0), foldCall)).toMatchObject({ added: [event.uuid] });
    await dropDatabase(connection);
  }, 90_000);

  test("is not ready when it is opened meanwhile, and connects after the return", async () => {
    proxy.cut();
    const connection = await connectMongo({ uri, log });
    const store = createMongoStore({ connection, log, erasureKeys });
    expect((await connection.check()).ok).toBe(false);
    // fails only when the driver has given up its first try to connect: after that it must be created again
    await expect(store.position("call-events", 0)).rejects.toBeInstanceOf(Unavailable);
    proxy.heal();
    await eventually(async () => expect(await connection.check()).toEqual({ ok: true }), BACK_MS);
    expect(await store.position("call-events", 0)).toBeNull();
    await dropDatabase(connection);
  }, 60_000);

  test("stores every batch once while its connection breaks again and again", async () => {
    const { connection, store } = await openStore(uri);
    const events = Array.from({ length: 200 }, () => sampleEvent());
    // a batch takes about 20 ms, so breaks hit every step of it
    breaking = setInterval(() => {
      proxy.cut();
      setTimeout(proxy.heal, 30);
    }, 300);
    const count = (collection: string) => connection.db.collection(collection).countDocuments();
    let position = 0;
    while (position < events.length) {
      const batch = batchOf(events.slice(position, position + 5), position || null, 0);
      await store.apply(batch, foldCall).catch((error) => expect(error).toBeInstanceOf(Unavailable));
      position = (await eventually(() => store.position("call-events", 0), BACK_MS)) ?? 0;
    }
    clearInterval(breaking);
    await eventually(async () => expect(await connection.check()).toEqual({ ok: true }), BACK_MS);
    expect([await count("events"), await count("calls")]).toEqual([200, 200]);
    await dropDatabase(connection);
  }, 120_000);
});
