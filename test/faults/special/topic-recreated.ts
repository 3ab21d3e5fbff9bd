import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureTopics, PARTITIONS, withAdmin } from "@teravoz/kafka";
import type { Campaign } from "../campaigns/campaign.ts";
import type { Violation } from "../checker/violation.ts";
import type { Struck } from "../nemesis/nemesis.ts";
import { readEvidence } from "../rig/quiet.ts";
import type { Rig } from "../rig/rig.ts";
import { withoutProjectors } from "./replay.ts";

const STORED_MS = 60_000;
const ALARM = "the log is not the one that the position was stored for";

/**
 * Deletes the topic of events and creates it again while no projector runs, then fills it with tombstones: once with
 * fewer than the stored positions, once with more. Both times every tombstone must be read and entered in the ledger,
 * and the projectors must log the alarm.
 */
export const topicRecreated: Campaign = {
  name: "topic deleted and created again",
  endsInDeath: false,
  rate: 100,
  gapMs: 0,
  lanes: [],
  rig: { counts: { realtime: 0 } },
  afterwards: async (rig) => {
    const evidence = await readEvidence(rig);
    const shorter = await makeAnew(rig, 1);
    const longer = await makeAnew(rig, Math.max(...Object.values(evidence.positions)) + 10);
    const struck: Struck[] = [
      { fault: "topic created again, shorter", recoverMs: shorter },
      { fault: "topic created again, longer", recoverMs: longer },
    ];
    const violations = struck
      .filter(({ recoverMs }) => recoverMs === null)
      .map(
        ({ fault }): Violation => ({
          invariant: "I13",
          damage: "not recovered",
          where: fault,
          detail: "tombstones were skipped, or no alarm",
        }),
      );
    return { struck, violations, evidence };
  },
};

/**
 * Resolves with the ms from the start until every tombstone was entered and the alarm was logged; null if one is
 * missing.
 */
async function makeAnew(rig: Rig, ofEachPartition: number): Promise<number | null> {
  const entered = () => rig.db.collection("erased").countDocuments();
  const before = await entered();
  const alarms = await countAlarms(rig);
  let filled = Number.POSITIVE_INFINITY;
  await withoutProjectors(rig, async () => {
    await deleteAndCreate(rig);
    filled = await fill(rig, ofEachPartition);
  });
  const began = Date.now();
  while (Date.now() - began < STORED_MS) {
    if ((await entered()) >= before + filled && (await countAlarms(rig)) > alarms) return Date.now() - began;
    await sleep(200);
  }
  return null;
}

async function countAlarms({ processes }: Rig): Promise<number> {
  const read = processes.of("projector").map(({ log }) => readFile(log, "utf8"));
  return (await Promise.all(read)).reduce((sum, log) => sum + log.split(ALARM).length - 1, 0);
}

async function deleteAndCreate({ opened }: Rig): Promise<void> {
  const { topics, client } = opened;
  await withAdmin(client, async (admin) => {
    await admin.deleteTopics({ topics: [topics.callEvents] });
    while ((await admin.listTopics()).includes(topics.callEvents)) await sleep(100);
    await ensureTopics(admin, topics, 1);
  });
}

/** Fills the partitions. Keys spread evenly over them, so three times as many as needed leave none short. */
async function fill({ opened }: Rig, ofEachPartition: number): Promise<number> {
  const publisher = opened.publisher();
  const count = Math.ceil(ofEachPartition * PARTITIONS * (ofEachPartition > 1 ? 3 : 0.5));
  for (let n = 0; n < count; n++) {
    const publishing = publisher.publish({
      topic: opened.topics.callEvents,
      key: `tombstone-${ofEachPartition}-${n}`,
      value: null,
    });
    if (n % 500 === 0 || n === count - 1) await publishing;
    else publishing.catch(() => {});
  }
  return count;
}
