import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PARTITIONS, withAdmin } from "@teravoz/kafka";
import { openStack } from "@teravoz/stack";
import { eventually } from "../../support/eventually.ts";
import type { Campaign } from "../campaigns/campaign.ts";
import type { Fault } from "../nemesis/fault.ts";
import type { Struck } from "../nemesis/nemesis.ts";
import { findUnready, untilQuiet } from "../rig/quiet.ts";
import type { Rig } from "../rig/rig.ts";
import { withoutProjectors } from "./replay.ts";

const RATE = 100;
/** Duration of the traffic that the log then loses. */
const LOST_MS = 3_000;
const READY_MS = 60_000;

type Around = (rig: Rig, cut: () => Promise<void>) => Promise<void>;
/** The moments at which the log is cut, each with what it does around the cut. */
const AROUND = {
  "while the projectors run": (_rig, cut) => cut(),
  "while no projector runs": withoutProjectors,
} satisfies Record<string, Around>;
type Moment = keyof typeof AROUND;
const MOMENTS = Object.keys(AROUND) as Moment[];

/**
 * The only broker loses the newest part of its log, as in a power cut. MongoDB has all of that part: everything that is
 * acknowledged before and afterwards must stay right, whether the projectors keep running or start again.
 */
export const logCutShort = (rounds: number, moments: readonly Moment[] = MOMENTS): Campaign => ({
  name: "log cut short",
  endsInDeath: false,
  rate: RATE,
  gapMs: 0,
  lanes: [],
  // a separate stack, because the campaign replaces the broker's data
  openStack: (dir) => openStack({ dir, ports: "free", provider: "local", env: process.env, say: () => {} }),
  beforehand: async (rig) => {
    const struck: Struck[] = [];
    for (let round = 0; round < rounds; round++)
      for (const moment of moments) struck.push(await cutLog(rig, moment));
    return struck;
  },
});

async function cutLog(rig: Rig, moment: Moment): Promise<Struck> {
  const data = join(`${rig.dir}-stack`, "data", "kafka");
  const older = `${data}-older`;
  rig.vendor.setRate(0);
  await untilQuiet(rig);
  const span = { from: Date.now(), to: Number.POSITIVE_INFINITY };
  rig.struckAt.push(span);
  await withoutBroker(rig, async () => {
    await rm(older, { recursive: true, force: true });
    await cp(data, older, { recursive: true });
  });
  rig.vendor.setRate(RATE);
  await sleep(LOST_MS);
  rig.vendor.setRate(0);
  await untilQuiet(rig);
  const before = await countRecords(rig);
  const recoverMs = await rig.sampler.acrossLogs(() => putBack(rig, { before, older, data, moment }));
  span.to = Date.now();
  rig.vendor.setRate(RATE);
  return { fault: `log cut short ${moment}`, recoverMs };
}

type Cut = {
  /** Number of records in the log. */
  before: number;
  older: string;
  data: string;
  moment: Moment;
};

/**
 * Puts the older log back. Resolves with the ms until all services were ready; null if the log is not shorter, or one
 * is not ready.
 */
async function putBack(rig: Rig, { before, older, data, moment }: Cut): Promise<number | null> {
  let isShorter = false;
  await AROUND[moment](rig, async () => {
    await withoutBroker(rig, async () => {
      await rm(data, { recursive: true });
      await cp(older, data, { recursive: true });
    });
    const left = await countRecords(rig);
    isShorter = left < before;
    rig.note(`the log of ${before} records was cut to ${left}`);
  });
  const began = Date.now();
  rig.vendor.setRate(RATE);
  while ((await findUnready(rig)).length > 0 && Date.now() - began < READY_MS) await sleep(200);
  const recoverMs = Date.now() - began;
  const unready = await findUnready(rig);
  rig.unrecovered.push(...unready.map((each) => `after the log was cut short: ${each}`));
  await sleep(LOST_MS);
  rig.vendor.setRate(0);
  await untilQuiet(rig);
  return isShorter && unready.length === 0 ? recoverMs : null;
}

async function withoutBroker({ stack }: Rig, run: () => Promise<void>): Promise<void> {
  await stack.kill("kafka");
  await run();
  await stack.start("kafka");
}

/**
 * Counts the records that were ever written to the log of calls. Retries, because a broker that has just started leads
 * no partition.
 */
const countRecords = ({ opened }: Rig): Promise<number> =>
  eventually(
    () =>
      withAdmin(opened.client, async (admin) => {
        const ends = await admin.fetchTopicOffsets(opened.topics.callEvents);
        if (ends.length < PARTITIONS) throw new Error("a partition has no leader yet");
        return ends.reduce((sum, { high }) => sum + Number(high), 0);
      }),
    READY_MS,
  );

/** The promised time until every socket is notified. /readyz reports it at the same moment. */
const NOTIFIED_MS = 6_000;
const CUT_OFF_MS = 15_000;

/** Cuts one of two instances off from the broker. It must not claim to be live meanwhile. */
const realtimeCutOff: Fault = {
  name: "realtime cut off",
  targets: ["realtime-1"],
  holdMs: [CUT_OFF_MS, CUT_OFF_MS],
  hits: [1, 1],
  recovers: "target",
  async strike(rig, { target, holdMs }) {
    const link = rig.links.find(target, "kafka");
    const isReady = async () => !(await findUnready(rig)).some((each) => each.startsWith(target));
    const began = Date.now();
    link.hang();
    while ((await isReady()) && Date.now() - began < holdMs) await sleep(100);
    const notReadyMs = Date.now() - began;
    rig.note(`${target} was not ready ${notReadyMs} ms after it was cut off`);
    await sleep(Math.max(0, holdMs - notReadyMs));
    link.heal();
    if (notReadyMs > NOTIFIED_MS + SLACK_MS) return null;
    return Date.now();
  },
};
/** Extra time for a machine that has other work. */
const SLACK_MS = 3_000;

export const realtimeIsCutOff = (times: number): Campaign => ({
  name: "realtime cut off",
  rate: RATE,
  gapMs: 0,
  lanes: [[{ fault: realtimeCutOff, times }]],
});
