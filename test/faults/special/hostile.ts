import { setTimeout as sleep } from "node:timers/promises";
import type { Campaign } from "../campaigns/campaign.ts";
import { recordOperation } from "../checker/history.ts";
import type { Struck } from "../nemesis/nemesis.ts";
import { killedServices } from "../nemesis/of-services.ts";
import type { Rig } from "../rig/rig.ts";

const TOKEN = "the-vendor-has-this-one";

/**
 * Sends requests with a wrong token or none beside the vendor's. Each one must be refused, and none may leave a trace.
 */
export const forgedWebhooks = (count: number): Campaign => ({
  name: "forged webhooks",
  endsInDeath: false,
  rate: 100,
  gapMs: 0,
  lanes: [],
  rig: { env: () => ({ WEBHOOK_TOKEN: TOKEN }), token: TOKEN },
  beforehand: async (rig) => {
    await sendAll(rig, count, (n) => ({
      body: `{"type":"call.new","call_id":"forged-${n}","timestamp":"${new Date().toISOString()}"}`,
      call: `forged-${n}`,
      headers: n % 2 === 0 ? { Authorization: `Bearer forged-${n}` } : {},
    }));
    const taken = rig.history.operations.filter(
      ({ call, answer }) => call.startsWith("forged-") && answer !== 401,
    );
    rig.unrecovered.push(...taken.map(({ call, answer }) => `${call} was answered with ${answer}`));
    return [{ fault: "forged webhook", recoverMs: 0 }];
  },
});

/** Sends one event in bursts, again and again. Each request must be answered with 200, and the event is stored once. */
export const redeliveryBursts = (burst: number, rounds: number): Campaign => ({
  name: "one event in bursts",
  endsInDeath: false,
  rate: 50,
  gapMs: 0,
  lanes: [],
  beforehand: async (rig) => {
    const headers: Record<string, string> = rig.token ? { Authorization: `Bearer ${rig.token}` } : {};
    const call = "1700000000.1";
    const body = `{"type":"call.new","call_id":"${call}","timestamp":"${new Date().toISOString()}"}`;
    const struck: Struck[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = Date.now();
      await sendAll(rig, burst, () => ({ body, call, headers }));
      struck.push({ fault: `${burst} equal webhooks at once`, recoverMs: Date.now() - began });
    }
    const refused = rig.history.operations.filter((each) => each.call === call && each.outcome !== "ok");
    rig.unrecovered.push(
      ...refused.slice(0, 5).map(({ answer }) => `a redelivery was answered with ${answer}`),
    );
    return struck;
  },
});

type Sent = { body: string; call: string; headers: Record<string, string> };
const AT_ONCE = 500;

async function sendAll({ history, processes }: Rig, count: number, make: (n: number) => Sent): Promise<void> {
  const urls = processes.of("ingest").map(({ url }) => url);
  let next = 0;
  const sendNext = async () => {
    while (next < count) {
      const n = next++;
      const { body, call, headers } = make(n);
      const options = { method: "POST", body, headers: { "Content-Type": "application/json", ...headers } };
      await recordOperation(history, { body, call }, async () => {
        const answer = await fetch(`${urls[n % urls.length]}/webhook`, options);
        await answer.arrayBuffer();
        return answer;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, sendNext));
}

/**
 * Puts records that can never become events among good ones, while ingests die. Each is parked, and no record waits for
 * it.
 */
export const poison = (ofEachKind: number): Campaign => ({
  name: "poison",
  endsInDeath: false,
  rate: 150,
  gapMs: 500,
  lanes: [
    killedServices.filter(({ name }) => name === "ingest killed").map((fault) => ({ fault, times: 2 })),
  ],
  beside: async (rig) => {
    const publisher = rig.opened.publisher();
    const records = (
      await Promise.all(Array.from({ length: ofEachKind }, (_, n) => poisonsOf(rig, n)))
    ).flat();
    for (const record of records) {
      await publisher.publish(record);
      await sleep(20);
    }
    rig.poison.push(...records.map(({ value }) => value));
    return [{ fault: "poison", recoverMs: 0 }];
  },
});

/**
 * Makes one record of each kind: not Avro, cut off, of an unknown schema, of another schema, with the uuid of another
 * call's event.
 */
async function poisonsOf({ opened, db }: Rig, n: number) {
  const { codec, topics } = opened;
  const payload = `{"type":"call.new","call_id":"poison-${n}"}`;
  const [event] = await db
    .collection<{ _id: string }>("events")
    .aggregate([{ $sample: { size: 1 } }])
    .toArray();
  const received = { occurred_at: null, received_at: new Date() };
  const sample = {
    kind: "call",
    aggregate_id: `poison-${n}`,
    type: "call.new",
    payload,
    ...received,
  } as const;
  const good = await codec.encodeEvent({ ...sample, uuid: event!._id });
  const unknown = Buffer.from(good);
  unknown.writeInt32BE(2_000_000 + n, 1);
  const change = await codec.encodeChange({ key: `poison-${n}`, kind: "call", version: n, erased: false });
  const values = [
    Buffer.from(`{"not":"avro","n":${n}}`),
    good.subarray(0, 20 + (n % 20)),
    unknown,
    change,
    good,
  ];
  return values.map((value, kind) => ({ topic: topics.callEvents, key: `poison-${n}-${kind}`, value }));
}
