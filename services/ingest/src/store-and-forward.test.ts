import { describe, expect, test } from "@jest/globals";
import { type Event, OutcomeUnknown, parseWebhook, readOccurrence, Unavailable } from "@teravoz/domain";
import type { Spool, Spooled } from "@teravoz/spool";
import { createSpoolingOutlet, forward, type Outlet, watchOutlet } from "./store-and-forward.ts";

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
  return parsed.event;
};
const refused: Refused = {
  body: Buffer.from('{"type":"call.exploded","call_id":"7"}'),
  key: "7",
  reason: "unprocessable",
  receivedAt,
};

/** Brokers that are `up` or not, a publisher that knows it or not, and a spool that takes what it is given or not. */
function stage() {
  const [published, parked, spooled]: [Event[], Refused[], Spooled[]] = [[], [], []];
  const set = { up: true, connected: true, room: true };
  const bug: { error: Error } = { error: new Unavailable("away") };
  const demand = () => set.up || Promise.reject(bug.error);
  const outlet = watchOutlet({
    publish: async (event) => void ((await demand()) && published.push(event)),
    park: async (each) => void ((await demand()) && parked.push(each)),
  });
  const spool: Spool = {
    append: async (record) => {
      if (!set.room) throw new Unavailable("full");
      spooled.push(record);
    },
    depth: () => ({ records: spooled.length, bytes: 0, oldestSeconds: 0 }),
    check: () => ({ ok: true }),
    stop: async () => {},
  };
  const spooling = createSpoolingOutlet({ outlet, check: () => ({ ok: set.connected }), spool });
  return { set, bug, outlet, spooling, published, parked, spooled };
}

describe("store and forward", () => {
  test("while the brokers take events nothing goes to the spool", async () => {
    const { spooling, published, parked, spooled } = stage();
    await spooling.publish(eventOf(TEXTS[0]!));
    await spooling.park(refused);
    expect([published.length, parked.length, spooled.length]).toEqual([1, 1, 0]);
  });

  test("what was spooled is sent as what it would have been: the same events, the same refusals, to the letter", async () => {
    const { set, outlet, spooling, published, parked, spooled } = stage();
    set.up = false;
    for (const text of TEXTS) await spooling.publish(eventOf(text));
    await spooling.park(refused);
    expect(spooled.length).toBe(4);
    set.up = true;
    for (const record of spooled) await forward(outlet, record, readOccurrence);
    expect(published).toEqual(TEXTS.map(eventOf));
    expect(parked).toEqual([refused]);
  });

  test("while the brokers are known to be away an event does not wait for them; it does once they took one", async () => {
    const { set, outlet, spooling, published, spooled } = stage();
    set.connected = false;
    await spooling.publish(eventOf(TEXTS[0]!));
    expect([published.length, spooled.length]).toEqual([0, 1]);
    Object.assign(set, { connected: true, up: false });
    await spooling.publish(eventOf(TEXTS[0]!));
    set.up = true;
    await spooling.publish(eventOf(TEXTS[0]!));
    expect([published.length, spooled.length]).toEqual([0, 3]);
    await forward(outlet, spooled[0]!, readOccurrence);
    await spooling.publish(eventOf(TEXTS[1]!));
    expect(published.length).toBe(2);
  });

  test("where neither takes it, the sender is told", async () => {
    const { set, spooling } = stage();
    Object.assign(set, { up: false, room: false });
    await expect(spooling.publish(eventOf(TEXTS[0]!))).rejects.toThrow(Unavailable);
    await expect(spooling.park(refused)).rejects.toThrow(Unavailable);
    // the spool could not be tried with it: the next one asks the brokers
    set.up = true;
    await spooling.publish(eventOf(TEXTS[0]!));
  });

  test("what the brokers may have, though they did not acknowledge it, is unknown also where the spool is full", async () => {
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
