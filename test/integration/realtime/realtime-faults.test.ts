import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { percentile } from "@teravoz/simulator";
import { FULL, QUICK } from "../../faults/realtime/counts.ts";
import { killInstances } from "../../faults/realtime/instance-kills.ts";
import { loseMongodb, type Outage } from "../../faults/realtime/mongodb-away.ts";
import { killed, openCut, paused, withOwnParts } from "../../faults/realtime/outages.ts";
import { reconnectAll } from "../../faults/realtime/reconnect-storm.ts";
import { stallClients } from "../../faults/realtime/stalled-clients.ts";
import { LONG } from "../../support/long.ts";
import { type Gateway, openGateway } from "../../support/services/gateway.ts";

const { away, kills, storm, stalled } = LONG ? FULL : QUICK;
const LIMIT_MS = LONG ? 900_000 : 180_000;
const MIB = 2 ** 20;
/** The long form, on an idle machine, uses the promised times. A busy machine gets three times as much. */
const SLACK = LONG ? 1 : 3;

/** Prints the measured figures in the long form. */
const say = (what: string, figures: object) =>
  void (LONG && process.stderr.write(`${what}: ${JSON.stringify(figures)}\n`));

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway({ realtime: 2 });
});
afterAll(() => gateway?.close());

async function expectRightAfter(on: Gateway, outage: Outage, what: string): Promise<void> {
  const figures = await loseMongodb(on, { outage, ...away });
  say(what, figures);
  expect(figures).toMatchObject({ answers: { Failed: away.clients }, unready: true });
  expect(figures).toMatchObject({ connectionsLost: 0, exits: 0 });
  expect(figures.notifiedMs).toBeLessThan(SLACK * 5_000);
  expect(figures.rightMs).toBeLessThan(SLACK * 5_000);
}

// the order matters: memory is measured on instances that have done nothing yet, and the kills come later
test(
  "clients that read nothing are closed, and cost the others no time and the process no memory",
  async () => {
    const figures = await stallClients(gateway, stalled);
    say("stalled clients", figures);
    expect(figures).toMatchObject({ stalledClosed: stalled.stalled, goodClosed: 0 });
    // half a second, or twice the time that this machine needs without stalled clients
    expect(figures.beside.change).toBeLessThan(SLACK * Math.max(500, 2 * figures.before.change));
    expect(figures.beside.answer).toBeLessThan(SLACK * Math.max(500, 2 * figures.before.answer));
    expect(figures.memory.growth).toBeLessThan(100 * MIB);
  },
  LIMIT_MS,
);

test(
  "a storm of reconnects loses no client, costs a few queries a second, and its memory is bounded",
  async () => {
    const figures = await reconnectAll(gateway, storm);
    say("reconnect storm", figures);
    expect(figures.lost).toBe(0);
    // four queries a second, and as many again for the clients whose query was not shared
    expect(figures.queries).toBeLessThanOrEqual(2 * Math.ceil(figures.allListedMs / 250) + 2);
    expect(figures.memory.growth).toBeLessThan(200 * MIB);
  },
  LIMIT_MS,
);

test(
  "if one of two instances is killed under load, every client shows the stored calls 10 s after the last change, 20 s at worst",
  async () => {
    const figures = await killInstances(gateway, kills);
    say("instances killed", figures);
    expect(figures).toMatchObject({ kills: kills.kills, refused: 0 });
    const waits = figures.rightMs.toSorted((one, other) => one - other);
    expect(percentile(waits, 0.95)).toBeLessThan(SLACK * 10_000);
    expect(waits.at(-1)).toBeLessThan(SLACK * 20_000);
  },
  LIMIT_MS,
);

test(
  "while MongoDB is unavailable, sockets stay connected and commands fail; 5 s after its return all boards are notified and correct",
  async () => {
    const outage = await openCut(process.env.MONGODB_URI!);
    await expectRightAfter(gateway, outage, "MongoDB cut off").finally(outage.close);
  },
  LIMIT_MS,
);

// the quick form cuts the connection to MongoDB; killing it needs separate parts
if (LONG)
  test.each([
    ["killed", killed],
    ["paused", paused],
  ])(
    "if MongoDB is %s, sockets stay connected and commands fail; after its return all boards are notified and correct",
    (how, outageOf) =>
      withOwnParts(async (stack) => {
        const own = await openGateway({ realtime: 0 });
        await expectRightAfter(own, outageOf(stack), how).finally(own.close);
      }),
    LIMIT_MS,
  );
