import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureTopics, PARTITIONS, withAdmin } from "@teravoz/kafka";
import type { Campaign } from "../campaigns/campaign.ts";
import type { Violation } from "../checker/violation.ts";
import type { Struck } from "../nemesis/nemesis.ts";
import { findUnready, readEvidence } from "../rig/quiet.ts";
import type { Rig } from "../rig/rig.ts";
import { withoutProjectors } from "./replay.ts";

const ALARM_MS = 60_000;
const BEYOND = "beyond the end of the log";
const NO_OFFSET = "the group has no offset: was the topic made anew?";

/**
 * The topic of the events is deleted and made anew while nobody reads: where it is shorter than the stored positions the
 * projectors are not ready and say why; where it is longer they can only say that the group has no offset.
 */
export const topicMadeAnew: Campaign = {
  name: "topic deleted and made anew",
  endsInDeath: false,
  rate: 100,
  gapMs: 0,
  lanes: [],
  rig: { counts: { realtime: 0 } },
  afterwards: async (rig) => {
    const evidence = await readEvidence(rig);
    const shorter = await makeAnew(rig, 1, async () =>
      (await findUnready(rig)).some((each) => each.includes(BEYOND)),
    );
    const longest = Math.max(...Object.values(evidence.positions));
    const before = (await readLogs(rig)).map(({ length }) => length);
    const longer = await makeAnew(rig, longest + 10, async () =>
      (await readLogs(rig)).some((log, n) => log.slice(before[n]).includes(NO_OFFSET)),
    );
    const struck: Struck[] = [
      { fault: "topic made anew, shorter", recoverMs: shorter },
      { fault: "topic made anew, longer", recoverMs: longer },
    ];
    const violations = struck
      .filter(({ recoverMs }) => recoverMs === null)
      .map(
        ({ fault }): Violation => ({
          ...{ invariant: "I13", damage: "not recovered", where: fault, detail: "no alarm" },
        }),
      );
    return { struck, violations, evidence };
  },
};

/** Answers how long the alarm took after the start; null where there is none. */
async function makeAnew(rig: Rig, ofEachPartition: number, isAlarmed: () => Promise<boolean>) {
  await withoutProjectors(rig, async () => {
    await deleteAndCreate(rig);
    await fill(rig, ofEachPartition);
  });
  const began = Date.now();
  while (Date.now() - began < ALARM_MS) {
    if (await isAlarmed()) return Date.now() - began;
    await sleep(200);
  }
  return null;
}

async function deleteAndCreate({ opened }: Rig): Promise<void> {
  const { topics, client } = opened;
  await withAdmin(client, async (admin) => {
    await admin.deleteTopics({ topics: [topics.callEvents] });
    while ((await admin.listTopics()).includes(topics.callEvents)) await sleep(100);
    await ensureTopics(admin, topics, 1);
  });
}

/** Keys come to all partitions alike: three times as many as needed leave none short. */
async function fill({ opened }: Rig, ofEachPartition: number): Promise<void> {
  const publisher = opened.publisher();
  const count = Math.ceil(ofEachPartition * PARTITIONS * (ofEachPartition > 1 ? 3 : 0.5));
  for (let n = 0; n < count; n++) {
    const publishing = publisher.publish({ topic: opened.topics.callEvents, key: `anew-${n}`, value: null });
    if (n % 500 === 0 || n === count - 1) await publishing;
    else publishing.catch(() => {});
  }
}

const readLogs = ({ processes }: Rig): Promise<string[]> =>
  Promise.all(processes.of("projector").map(({ log }) => readFile(log, "utf8")));
