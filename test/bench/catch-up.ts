import { setTimeout as sleep } from "node:timers/promises";
import { type Event, parseWebhook } from "@teravoz/domain";
import { withAdmin } from "@teravoz/kafka";
import { planDeliveries } from "@teravoz/simulator";
import { MongoClient } from "mongodb";
import type { TestTopics } from "../support/stack/kafka.ts";
import { type Measured, type Memory, median, perSecond, readMemory } from "./figures.ts";
import type { Stage } from "./stage.ts";

const EVENTS_A_CALL = 7;
/** Number of documents that the projector stores at a time when it is behind. */
const INSERT_SIZE = 1_000;
/** Number of events published at a time, well below the bound of the publisher's queue. */
const PUBLISH_SIZE = 5_000;
/** A projector that takes longer has no figure: the run fails. */
const LIMIT_MS = 300_000;

type Round = { ours: number; limit: number; memory: Memory[] };

/**
 * Measures events/s of a projector that has `events` unread events when it starts, from the start of its process to
 * lag 0, beside plain insertMany of the same documents.
 */
export async function measureCatchUp(
  stage: Stage,
  { rounds, events }: { rounds: number; events: number },
): Promise<Measured> {
  const topics = await stage.openTopics();
  try {
    const total = await publishAll(stage, topics, Math.ceil(events / EVENTS_A_CALL));
    const measured: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      const { ours, limit, memory } = await measureRound(stage, topics, total);
      stage.say(`catch-up ${round}/${rounds}: projector ${perSecond(ours)}, insertMany ${perSecond(limit)}`);
      measured.push({ ours, limit, memory });
    }
    const [ours, limit] = [median(measured.map((one) => one.ours)), median(measured.map((one) => one.limit))];
    const what = `projector catching up ${total.toLocaleString("en")} events`;
    const figure = {
      what,
      ours: perSecond(ours),
      limit: `insertMany ${perSecond(limit)}`,
      ratio: ours / limit,
    };
    return { figures: [figure], memory: measured.at(-1)?.memory ?? [] };
  } finally {
    await topics.close();
  }
}

/** Publishes calls that overlap, as real ones do. Resolves with the number of events when the brokers have them all. */
async function publishAll(stage: Stage, topics: TestTopics, calls: number): Promise<number> {
  // the rate only decides how many calls overlap; all of them began and ended before now
  const plan = { rate: 100, delayMs: 2_000, shares: { delegated: 1 }, seed: 1, calls };
  const startAt = new Date(Date.now() - 86_400_000);
  const bodies = planDeliveries({ ...plan, startAt, duplicates: 0, reorder: 0, oldSpellings: 0, burst: 0 });
  const publisher = topics.publisher({ deadlineMs: 60_000 });
  for (let done = 0; done < bodies.length; done += PUBLISH_SIZE) {
    const events = bodies.slice(done, done + PUBLISH_SIZE).map(({ body }) => readEvent(body));
    await Promise.all(
      events.map(async (event) => {
        const value = await topics.codec.encodeEvent(event);
        await publisher.publish({ topic: topics.topics.callEvents, key: event.aggregate_id, value });
      }),
    );
  }
  stage.say(`catch-up: ${bodies.length} events published`);
  return bodies.length;
}

function readEvent(body: string): Event {
  const parsed = parseWebhook(Buffer.from(body), new Date());
  if (parsed.outcome !== "accepted") throw new Error("the simulator wrote an event that the domain refuses");
  return parsed.event;
}

async function measureRound(stage: Stage, topics: TestTopics, total: number): Promise<Round> {
  const mongodb = stage.newDatabase();
  const client = await new MongoClient(mongodb).connect();
  try {
    const begun = performance.now();
    const handles = await stage.start(["projector"], { topics, mongodb });
    await untilStored(client, total, begun);
    const ours = total / ((performance.now() - begun) / 1000);
    const memory = readMemory("catching up", handles);
    await handles[0]!.stop();
    // the next round has another database, and a consumer group belongs to one database
    const groups = ["projector", "dead-letters"].map((name) => `${topics.prefix}${name}`);
    await withAdmin(topics.client, (admin) => admin.deleteGroups(groups));
    return { ours, limit: await insertAgain(client, total), memory };
  } finally {
    await client.db().dropDatabase();
    await client.close();
  }
}

/** Waits until all events are stored. The position moves in the same transaction, so the lag is 0 then. */
async function untilStored(client: MongoClient, total: number, begun: number): Promise<void> {
  const events = client.db().collection("events");
  // the count in the collection's metadata costs nothing; the exact count follows once it is high enough
  while ((await events.estimatedDocumentCount()) < total || (await events.countDocuments()) < total) {
    if (performance.now() - begun > LIMIT_MS)
      throw new Error(`the projector did not catch up within ${LIMIT_MS / 1000} s`);
    await sleep(50);
  }
  const finished = await client.db().collection("calls").countDocuments({ state: "FINISHED" });
  if (finished !== total / EVENTS_A_CALL) throw new Error(`only ${finished} calls are finished`);
}

/** Returns the events/s of a plain insertMany of the same documents into an empty collection. */
async function insertAgain(client: MongoClient, total: number): Promise<number> {
  const documents = await client.db().collection("events").find().toArray();
  const plain = client.db().collection("plain", { writeConcern: { w: "majority" } });
  const begun = performance.now();
  for (let done = 0; done < total; done += INSERT_SIZE)
    await plain.insertMany(documents.slice(done, done + INSERT_SIZE));
  return total / ((performance.now() - begun) / 1000);
}
