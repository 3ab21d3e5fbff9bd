import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventId } from "@teravoz/domain";
import { ensureTopics, withAdmin } from "@teravoz/kafka";
import { eventually } from "../../support/eventually.ts";
import { openNextRelease } from "../../support/services/next-release.ts";
import type { Campaign } from "../campaigns/campaign.ts";
import { recordOperation } from "../checker/history.ts";
import type { Fault } from "../nemesis/fault.ts";
import { carryOutOne, type Struck } from "../nemesis/nemesis.ts";
import { untilQuiet } from "../rig/quiet.ts";
import type { Rig } from "../rig/rig.ts";
import { noticeFiles } from "../services/failing-notices.ts";

const RATE = 100;
/** Number of events that must be taken or stored meanwhile. */
const OTHERS = 150;
/**
 * Limit for each wait. A dead projector is replaced after its session of 10 s and a join; a busy machine is several
 * times slower.
 */
const LIMIT_MS = 90_000;
const LOOK_AGAIN_MS = 100;

const once = { holdMs: [0, 0], hits: [1, 1], recovers: "all" } as const;

/** Resolves with whether the condition was met in time. */
async function until(isMet: () => boolean | Promise<boolean>): Promise<boolean> {
  const giveUpAt = Date.now() + LIMIT_MS;
  while (!(await isMet())) {
    if (Date.now() > giveUpAt) return false;
    await sleep(LOOK_AGAIN_MS);
  }
  return true;
}

/**
 * Deletes the topic of dead letters. Refusals fail while it is missing, and every other event is taken at its first
 * try.
 */
const deadLettersMissing: Fault = {
  ...once,
  name: "dead-letters missing",
  targets: ["kafka"],
  async strike({ opened, history, unrecovered }) {
    const { client, topics } = opened;
    const since = Date.now();
    await withAdmin(client, (admin) => admin.deleteTopics({ topics: [topics.deadLetters] }));
    const isRefusal = ({ call }: { call: string }) => call.startsWith("refused-");
    const recent = () => history.operations.filter(({ t0 }) => t0 >= since);
    const others = () => recent().filter((each) => !isRefusal(each));
    const hasBitten = await until(
      () => recent().some((each) => isRefusal(each) && each.answer === 503) && others().length >= OTHERS,
    );
    const held = others().filter(({ outcome }) => outcome !== "ok");
    unrecovered.push(...held.slice(0, 3).map(({ answer }) => `a good event was answered with ${answer}`));
    await eventually(() => withAdmin(client, (admin) => ensureTopics(admin, topics, 1)));
    return hasBitten ? Date.now() : null;
  },
};

/**
 * Publishes a record with a schema that no projector has read yet, while the registry does not answer. The record's
 * partition waits, the other partitions continue, and the record is stored in the end.
 */
const schemaNotFound = (round: number): Fault => ({
  ...once,
  name: "schema not found for a while",
  targets: ["registry"],
  async strike({ opened, db, history, stack, unrecovered }) {
    const { uuid, call, body, value } = await writeByNextRelease({ opened }, round);
    const events = db.collection<{ _id: string }>("events");
    const isStored = async () => (await events.findOne({ _id: uuid })) !== null;
    await stack.pause("registry");
    await recordOperation(history, { body, call }, async () => {
      await opened.publisher().publish({ topic: opened.topics.callEvents, key: call, value });
      return { status: 200 };
    });
    const before = await events.estimatedDocumentCount();
    if (!(await until(async () => (await events.estimatedDocumentCount()) >= before + OTHERS)))
      unrecovered.push("other partitions stored too little while one waited");
    const hasWaited = !(await isStored());
    await stack.resume("registry");
    const ended = Date.now();
    if (!(await until(isStored))) unrecovered.push("the record that waited was not stored");
    return hasWaited ? ended : null;
  },
});

async function writeByNextRelease({ opened }: Pick<Rig, "opened">, round: number) {
  const call = `waits-${Date.now()}`;
  const fields = { type: "call.new", call_id: call, timestamp: new Date().toISOString() };
  const body = JSON.stringify(fields);
  const received = { occurred_at: null, received_at: new Date() };
  const uuid = eventId(Buffer.from(body), fields, received.received_at);
  // projectors keep every schema that they have read, so each round needs a new one
  const codec = await openNextRelease(opened, `added_in_round_${round}`);
  const event = { kind: "call", aggregate_id: call, type: fields.type, payload: body, uuid } as const;
  return { uuid, call, body, value: await codec.encodeEvent({ ...event, ...received }) };
}

/**
 * Makes the notices of both projectors fail twice in a row. Then one projector dies, its partitions are reassigned, and
 * the notices fail twice more.
 */
export const noticesFail: Fault = {
  ...once,
  name: "notices fail, and again for the next owner",
  targets: ["projector-2"],
  async strike({ dir, processes }, { target }) {
    const files = processes.of("projector").map(({ name }) => noticeFiles(join(dir, "failpoints", name)));
    const haveFailedTwice = () => until(() => files.every(({ failed }) => hasTwice(failed)));
    const forget = () => {
      for (const { failed } of files) rmSync(failed, { force: true });
    };
    forget();
    for (const { armed } of files) writeFileSync(armed, "");
    const before = await haveFailedTwice();
    processes.doom(target);
    processes.find(target).kill("SIGKILL");
    await processes.find(target).exited;
    forget();
    await processes.revive(target);
    const after = await haveFailedTwice();
    for (const { armed } of files) rmSync(armed);
    return before && after ? Date.now() : null;
  },
};

/** Returns whether the notice of one key has failed twice. */
function hasTwice(file: string): boolean {
  if (!existsSync(file)) return false;
  const keys = readFileSync(file, "utf8").trim().split("\n");
  return new Set(keys).size < keys.length;
}

/** Sets the longest interval between comparisons with the store, because a comparison makes up for a lost notice. */
export const seldomCompared = () => ({ RECONCILE_INTERVAL_MS: "60000" });

/**
 * One record or notice fails for a while. No other record waits for it, nothing is lost, and every view becomes right.
 */
export const oneRecordFails = (rounds: number): Campaign => ({
  name: "one record fails",
  endsInDeath: false,
  rate: RATE,
  gapMs: 0,
  lanes: [],
  rig: { env: seldomCompared },
  beforehand: async (rig) => {
    const struck: Struck[] = [];
    for (let round = 1; round <= rounds; round++) {
      struck.push(await strikeOnce(rig, noticesFail));
      // within a minute, after which realtime compares its views with the store: until then only notices correct them
      rig.vendor.setRate(0);
      await untilQuiet(rig);
      rig.vendor.setRate(RATE);
      struck.push(await strikeOnce(rig, deadLettersMissing), await strikeOnce(rig, schemaNotFound(round)));
    }
    return struck;
  },
});

async function strikeOnce(rig: Rig, fault: Fault): Promise<Struck> {
  const strike = { fault: fault.name, target: fault.targets[0]!, holdMs: 0, hits: 1, gapMs: 0 };
  const { happened: _, ...struck } = await carryOutOne(rig, fault, strike);
  return struck;
}
