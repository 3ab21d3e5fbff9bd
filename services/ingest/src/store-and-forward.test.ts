import { describe, expect, test } from "@jest/globals";
import { type Event, OutcomeUnknown, parseWebhook, readOccurrence, Unavailable } from "@teravoz/domain";
import type { Spool, Spooled } from "@teravoz/spool";
import type { Route } from "./routes.ts";
import { createForwarding, createSpoolingOutlet, type Outlet } from "./store-and-forward.ts";

type Refused = Parameters<Outlet["park"]>[0];

const receivedAt = new Date("2026-01-01T12:00:00.123Z");
const TEXTS = [
  '{"type":"call.new","call_id":"1","their_number":"5511999998888"}',
  ' {"type":"call.on-going", "call_id":1463669263.30030, "s":"\\ud800é"}\n',
  '{"type":"actor.paused","actor":"maria"}',
];
const eventOf = (text: string): Event => {
  const parsed = parseWebhook(Buffer.from(text), receivedAt);
  if (parsed.outcome !== "accepted") throw new Error("not an event");
  return { ...parsed.event, delivery_id: "delivery-001" };
};
const refused: Refused = {
  body: Buffer.from('{"type":"call.exploded","call_id":"7"}'),
  key: "7",
  reason: "unprocessable",
  receivedAt,
  deliveryId: "delivery-002",
};

/**
 * Creates brokers that are `up` or down, a publisher that is `connected` or not, and a spool with or without `room`.
 */
function stage() {
  const [published, parked, spooled]: [Event[], Refused[], Spooled[]] = [[], [], []];
  const set = { up: true, connected: true, room: true };
  /** Destinations that are known to take no records. */
  const closed = new Set<string>();
  const bug: { error: Error } = { error: new Unavailable("away") };
  const demand = () => set.up || Promise.reject(bug.error);
  const outlet: Outlet = {
    publish: async (event) => void ((await demand()) && published.push(event)),
    park: async (each) => void ((await demand()) && parked.push(each)),
  };
  const spool: Spool = {
    append: async (record) => {
      if (!set.room) throw new Unavailable("full");
      spooled.push(record);
    },
    depth: () => ({ records: spooled.length, bytes: 0, oldestSeconds: 0 }),
    aside: () => ({ refused: 0, damagedBytes: 0 }),
    check: () => ({ ok: true }),
    backlog: () => ({ ok: true }),
    stop: async () => {},
  };
  const route = (destination: string): Route => ({
    destination,
    check: () => ({ ok: set.connected }),
    isOpen: () => !closed.has(destination),
  });
  const routes = { ofEvent: ({ type }: Event) => route(type), ofRefusal: () => route("refusals") };
  const spooling = createSpoolingOutlet({ outlet, routes, spool });
  const forwarding = createForwarding(outlet, routes, readOccurrence);
  return { set, closed, bug, forwarding, spooling, published, parked, spooled };
}

describe("store and forward", () => {
  test("while the brokers take events, nothing goes to the spool", async () => {
    const { spooling, published, parked, spooled } = stage();
    await spooling.publish(eventOf(TEXTS[0]!));
    await spooling.park(refused);
    expect([published.length, parked.length, spooled.length]).toEqual([1, 1, 0]);
  });

  test("spooled bodies are sent as the same events and the same refusals, unchanged", async () => {
    const { set, forwarding, spooling, published, parked, spooled } = stage();
    set.up = false;
    for (const text of TEXTS) await spooling.publish(eventOf(text));
    await spooling.park(refused);
    expect(spooled.length).toBe(4);
    set.up = true;
    expect(spooled.map(forwarding.destinationOf)).toEqual([
      ...TEXTS.map((text) => eventOf(text).type),
      "refusals",
    ]);
    for (const record of spooled) await forwarding.send(record);
    expect(published).toEqual(TEXTS.map(eventOf));
    expect(parked).toEqual([refused]);
  });

  test("bodies that an earlier release spooled are sent without a delivery id", async () => {
    const { forwarding, published, parked } = stage();
    await forwarding.send({ body: Buffer.from(TEXTS[0]!), receivedAt });
    await forwarding.send({ body: refused.body, receivedAt });
    expect([published[0], parked[0]]).toEqual([
      expect.not.objectContaining({ delivery_id: expect.anything() }),
      expect.not.objectContaining({ deliveryId: expect.anything() }),
    ]);
  });

  test("while the brokers are known to be unavailable, an event does not wait for them", async () => {
    const { set, spooling, published, spooled } = stage();
    set.connected = false;
    await spooling.publish(eventOf(TEXTS[0]!));
    expect([published.length, spooled.length]).toEqual([0, 1]);
  });

  test("while a destination takes no records, only its own records are spooled, without trying it; if the spool is full, it is tried", async () => {
    const { set, closed, spooling, published, parked, spooled } = stage();
    closed.add("call.new").add("refusals");
    await spooling.publish(eventOf(TEXTS[0]!));
    await spooling.publish(eventOf(TEXTS[2]!));
    await spooling.park(refused);
    expect([published.length, parked.length, spooled.length]).toEqual([1, 0, 2]);
    set.room = false;
    await spooling.publish(eventOf(TEXTS[0]!));
    expect(published.length).toBe(2);
    set.up = false;
    await expect(spooling.publish(eventOf(TEXTS[0]!))).rejects.toThrow(Unavailable);
  });

  test("if neither brokers nor spool take a record, the sender is refused", async () => {
    const { set, spooling } = stage();
    Object.assign(set, { up: false, room: false });
    await expect(spooling.publish(eventOf(TEXTS[0]!))).rejects.toThrow(Unavailable);
    await expect(spooling.park(refused)).rejects.toThrow(Unavailable);
    // the spool holds no record with which it could retry, so the next record goes to the brokers directly
    set.up = true;
    await spooling.publish(eventOf(TEXTS[0]!));
  });

  test("with a full spool, a record without acknowledgement has an unknown outcome", async () => {
    const { set, bug, spooling } = stage();
    Object.assign(set, { up: false, room: false });
    bug.error = new OutcomeUnknown("no answer");
    await expect(spooling.publish(eventOf(TEXTS[0]!))).rejects.toThrow(OutcomeUnknown);
    await expect(spooling.park(refused)).rejects.toThrow(Unavailable);
  });

  test("a bug is not spooled", async () => {
    const { set, spooling, spooled, bug } = stage();
    set.up = false;
    bug.error = new TypeError("5511999998888");
    await expect(spooling.publish(eventOf(TEXTS[0]!))).rejects.toThrow(TypeError);
    expect(spooled).toEqual([]);
  });
});
