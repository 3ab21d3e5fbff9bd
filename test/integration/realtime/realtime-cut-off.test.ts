import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { foldCall } from "@teravoz/domain";
import { eventually } from "../../support/eventually.ts";
import { type Gateway, openGateway } from "../../support/services/gateway.ts";
import { type OwnStack, openOwnStack } from "../../support/stack/own-stack.ts";
import { batchOf, openStore, sampleEvent, uriOf } from "../../support/stack/store.ts";
import { openProxy, type TcpProxy } from "../../support/stack/tcp-proxy.ts";
import { connectClient, type SocketClient, TRANSPORTS } from "../../support/traffic/socket-clients.ts";

/**
 * Three times the promised limits, because the machine may be busy: a board is stale after six seconds, and correct
 * again after ten.
 */
const KNOWS_MS = 3 * 6_000;
const RIGHT_MS = 3 * 10_000;
const LIMIT_MS = 180_000;

let own: OwnStack;
let link: TcpProxy;
let gateway: Gateway;
beforeAll(async () => {
  own = await openOwnStack();
  const port = Number(own.stack.addresses.kafka.split(":")[1]);
  link = await openProxy({ host: "127.0.0.1", port }, { kafka: true });
  gateway = await openGateway({
    realtime: 2,
    env: { RECONCILE_INTERVAL_MS: "1000" },
    envOf: (name): NodeJS.ProcessEnv =>
      name === "realtime-1" ? { KAFKA_BROKERS: `127.0.0.1:${link.port}` } : {},
  });
}, LIMIT_MS);
afterAll(async () => {
  await gateway?.close();
  await link?.close();
  await own?.close();
});

const CUT = 0;
const OTHER = 1;

/** Opens a socket that subscribes to the waiting callers and never asks again. */
async function openBoard(instance: number, transport = TRANSPORTS[1]!) {
  const client = await connectClient(transport, gateway.realtime[instance]!.url);
  await client.ask("Subscribe", { params: { waiting: true } });
  return client;
}

const post = async (call_id: string, type: string) =>
  expect((await gateway.post(JSON.stringify({ type, call_id, queue: "900" }))).status).toBe(200);

/** The state in the board's last notice of a call. */
const stateOf = (client: SocketClient, call_id: string) =>
  client.of("CallChanged").findLast(({ data }) => data.aggregate_id === call_id)?.data.state;

const shows = (clients: SocketClient[], call_id: string, state: string, timeoutMs = RIGHT_MS) =>
  eventually(() => {
    for (const client of clients) expect(stateOf(client, call_id)).toBe(state);
  }, timeoutMs);

const within = <T>(ms: number, what: Promise<T>): Promise<T> =>
  Promise.race([
    what,
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms).unref();
    }),
  ]);

const allGet = (clients: SocketClient[], event: string, ms: number) =>
  within(ms, Promise.all(clients.map((client) => client.next(event))));

const readyAt = async (instance: number) => (await fetch(`${gateway.realtime[instance]!.url}/readyz`)).status;

test(
  "a change whose notice is lost reaches every socket by the comparison with the store",
  async () => {
    const boards = await Promise.all([openBoard(CUT), openBoard(OTHER)]);
    await post("notified", "call.waiting");
    await shows(boards, "notified", "WAITING");
    const { store, connection } = await openStore(uriOf(gateway.db.databaseName).href);
    const event = sampleEvent({ aggregate_id: "lost", type: "call.waiting", payload: '{"queue":"900"}' });
    await store.apply(batchOf([event], null, 99), foldCall);
    await connection.close();
    await shows(boards, "lost", "WAITING");
    for (const board of boards) board.close();
  },
  LIMIT_MS,
);

test(
  "while Kafka is paused, every socket is notified that its board is stale and none is closed; afterwards all are fresh and right",
  async () => {
    const boards = await Promise.all([
      ...TRANSPORTS.map((transport) => openBoard(CUT, transport)),
      ...TRANSPORTS.map((transport) => openBoard(OTHER, transport)),
    ]);
    await post("paused", "call.waiting");
    await shows(boards, "paused", "WAITING");
    await own.stack.pause("kafka");
    const stale = await allGet(boards, "Stale", KNOWS_MS).finally(() => own.stack.resume("kafka"));
    for (const { data } of stale) expect(Math.abs(Date.now() - Date.parse(data.since))).toBeLessThan(60_000);
    await allGet(boards, "Fresh", RIGHT_MS);
    await eventually(() => post("paused", "call.finished"));
    await shows(boards, "paused", "FINISHED");
    expect(boards.map((board) => board.isOpen())).toEqual(boards.map(() => true));
    for (const board of boards) board.close();
  },
  LIMIT_MS,
);

test(
  "an instance that is cut off reports it, corrects its boards from the store, hands its sockets over, and recovers",
  async () => {
    const [cut, other] = [await openBoard(CUT), await openBoard(OTHER)];
    await post("cut", "call.waiting");
    await shows([cut, other], "cut", "WAITING");
    link.hang();
    await allGet([cut], "Stale", KNOWS_MS);
    expect([await readyAt(CUT), await readyAt(OTHER)]).toEqual([503, 200]);
    await post("cut", "call.finished");
    await shows([cut, other], "cut", "FINISHED");
    await within(LIMIT_MS / 3, cut.closed);
    const late = await openBoard(CUT);
    await allGet([late], "Stale", KNOWS_MS);
    expect(other.of("Stale")).toEqual([]);
    expect(other.isOpen()).toBe(true);
    link.heal();
    await allGet([late], "Fresh", RIGHT_MS);
    expect(await readyAt(CUT)).toBe(200);
    await post("healed", "call.waiting");
    await shows([late, other], "healed", "WAITING");
    for (const board of [late, other]) board.close();
  },
  LIMIT_MS,
);
