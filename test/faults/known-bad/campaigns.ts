import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Campaign } from "../campaigns/campaign.ts";
import type { Fault } from "../nemesis/fault.ts";
import { killedParts, mongodKilledAsleep } from "../nemesis/of-parts.ts";
import { aimedKills, killedServices } from "../nemesis/of-services.ts";
import { noticesFail, seldomCompared } from "../special/one-record-fails.ts";

const main = (name: string) => join(import.meta.dirname, `${name}.ts`);
const projectorKilled = killedServices.find(({ name }) => name === "projector killed")!;
const killedUnnotified = aimedKills.find(({ name }) => name.endsWith("before the notice"))!;

/**
 * The longest interval that MongoDB allows between two writes of its journal. With the default of 100 ms a busy machine
 * would commit an offset only after the journal has the write that the offset stands for, and a kill would lose
 * nothing.
 * https://www.mongodb.com/docs/manual/core/journaling/
 */
const slowJournal = { setParameter: 1, journalCommitInterval: 500 };

const killedUnjournaled: Fault = {
  ...mongodKilledAsleep,
  async strike(rig, strike) {
    await rig.db.admin().command(slowJournal);
    return mongodKilledAsleep.strike(rig, strike);
  },
};

const IN_FLIGHT = 200;
const TAKEN_MS = 30_000;

const brokerKilled = killedParts.find(({ name }) => name === "broker killed")!;

/**
 * Kills the broker while many sends are in flight. On a busy machine the producer must recover from the previous kill
 * first.
 */
const killedWhileSending: Fault = {
  ...brokerKilled,
  async strike(rig, strike) {
    const countTaken = () => rig.history.operations.filter(({ outcome }) => outcome === "ok").length;
    const wanted = countTaken() + IN_FLIGHT;
    const giveUpAt = Date.now() + TAKEN_MS;
    while (countTaken() < wanted && Date.now() < giveUpAt) await sleep(50);
    return brokerKilled.strike(rig, strike);
  },
};

/** Only the projectors or the parts are bad, so one process of each other kind is enough. */
const counts = { ingest: 1, realtime: 1 };

/** Builds that break a promise. A checker that finds nothing in them proves nothing about a good build. */
export const knownBadCampaigns: readonly Campaign[] = [
  {
    name: "known bad: answers of the broker whose errors are not read",
    lanes: [[{ fault: killedWhileSending, times: 3 }]],
    rate: 300,
    gapMs: 500,
    rig: { mains: { ingest: main("unread-answers") }, counts: { ingest: 1, realtime: 0 } },
    mustShow: ["missing"],
  },
  {
    name: "known bad: position and commit before the events",
    lanes: [[{ fault: projectorKilled, times: 2 }]],
    rate: 150,
    gapMs: 500,
    rig: { mains: { projector: main("position-first") }, counts },
    mustShow: ["missing"],
  },
  {
    name: "known bad: a redelivery is not notified",
    // several kills and the last death, because a batch may have had no visible change
    lanes: [[{ fault: killedUnnotified, times: 3 }]],
    rate: 100,
    gapMs: 500,
    // seldom compared, because realtime would find a change without a notice in the store
    rig: {
      mains: { projector: main("silent-redelivery") },
      counts,
      env: seldomCompared,
    },
    mustShow: ["stale client"],
    endsInDeath: true,
  },
  {
    name: "known bad: notices that fail twice are skipped",
    lanes: [[{ fault: noticesFail, times: 1 }]],
    rate: 100,
    gapMs: 0,
    rig: { mains: { projector: main("skipped-notices") }, counts: { ingest: 1 }, env: seldomCompared },
    // a comparison with the store may correct a wrong view between the quiet and the reading of the evidence
    mustShow: ["stale client", "not recovered"],
  },
  {
    name: "known bad: w:1",
    lanes: [[{ fault: killedUnjournaled, times: 3 }]],
    rate: 200,
    gapMs: 500,
    rig: { mains: { projector: main("weak-writes") }, counts, sampleEveryMs: 500 },
    // clients are notified before a majority has the write, so they read the state without it, and no later notice
    // corrects that; a good build leaves no client stale under the same kills
    mustShow: ["committed past the stored", "id given twice", "vanished", "stale client"],
  },
];
