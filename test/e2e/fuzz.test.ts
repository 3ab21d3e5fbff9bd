import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { noteSeed } from "../support/failures.ts";
import { fuzzBodies } from "../support/fuzz/bodies.ts";
import { fuzzPackets } from "../support/fuzz/packets.ts";
import { type Gateway, openGateway } from "../support/gateway.ts";
import { readTopic } from "../support/kafka.ts";
import { LONG } from "../support/long.ts";

/** Bodies, and packets. */
const COUNT = LONG ? 100_000 : 5_000;
const SEED = noteSeed("FUZZ_SEED", Number(process.env.FUZZ_SEED ?? 20_260_101));
/** Forged webhooks: a tenth of the figure, for each is the same answer. */
const FORGED = Math.ceil(COUNT / 10);
/** So many packets and bodies take well under a minute here; a busy machine gets many times that. */
const LIMIT_MS = 120_000 + COUNT * 10;

const TOKEN = "webhook-token-of-the-fuzz";
const auth = { Authorization: `Bearer ${TOKEN}` };

let gateway: Gateway;
let pids: number[];
const allServices = () => [...gateway.ingest, ...gateway.projector, ...gateway.realtime];
beforeAll(async () => {
  gateway = await openGateway({ env: { WEBHOOK_TOKEN: TOKEN } });
  pids = allServices().map(({ pid }) => pid);
});
afterAll(() => gateway?.close());

const FORGERIES: ((n: number) => Record<string, string>)[] = [
  () => ({}),
  (n) => ({ Authorization: `Bearer forged-${n}` }),
  (n) => ({ Authorization: `Basic ${Buffer.from(`teravoz:${n}`).toString("base64")}` }),
  () => ({ Authorization: `Bearer ${TOKEN.slice(0, -1)}` }),
  () => ({ Authorization: `Bearer ${TOKEN}x` }),
  () => ({ Authorization: `bearer  ${TOKEN.toUpperCase()}` }),
  () => ({ Authorization: "Bearer" }),
  () => ({ Authorization: TOKEN }),
];

test(
  `${FORGED} forged webhooks are refused, and no topic has a record of them`,
  async () => {
    const statuses = new Set<number>();
    let next = 0;
    const worker = async () => {
      for (let n = next++; n < FORGED; n = next++) {
        const body = `{"type":"call.standby","call_id":"forged.${n}"}`;
        statuses.add((await gateway.post(body, FORGERIES[n % FORGERIES.length]!(n))).status);
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
    expect([...statuses]).toEqual([401]);
    const { serviceStatus, ...others } = gateway.opened.topics;
    for (const topic of Object.values(others)) {
      // the daily ticks have no value
      const records = (await readTopic(gateway.opened, topic)).filter(({ value }) => value !== null);
      expect([topic, records.length]).toEqual([topic, 0]);
    }
    // services report their status by themselves, at the start and every ten seconds: only such reports may be there
    for (const { key, value } of await readTopic(gateway.opened, serviceStatus)) {
      const { service, instance } = await gateway.opened.codec.decodeStatus(value!);
      expect(allServices().map(({ kind, pid }) => `${kind} ${pid}`)).toContain(
        `${service} ${instance.split("-").at(-1)}`,
      );
      expect(String(key)).toBe(`${service}/${instance}`);
    }
  },
  LIMIT_MS,
);

test(
  `${COUNT} bodies strange in all ways: each is stored to the letter, kept as a dead letter, or refused`,
  async () => {
    const target = { ...gateway, post: (body: Buffer) => gateway.post(body, auth) };
    const { statuses } = await fuzzBodies(target, { count: COUNT, seed: SEED });
    // a fuzzer that only ever meets one answer would prove little
    for (const status of [200, 400, 422]) expect(statuses.get(status)).toBeGreaterThan(COUNT / 20);
  },
  LIMIT_MS,
);

test(
  `${COUNT} packets strange in all ways on a hundred sockets: realtime serves on`,
  async () => {
    const { packets } = await fuzzPackets(gateway.realtime[0]!.url, { count: COUNT, seed: SEED });
    expect(packets).toBeGreaterThanOrEqual(COUNT);
  },
  LIMIT_MS,
);

test("no service has died of it, and each is ready", async () => {
  for (const service of allServices()) await service.ready();
  expect(allServices().map(({ pid }) => pid)).toEqual(pids);
});
