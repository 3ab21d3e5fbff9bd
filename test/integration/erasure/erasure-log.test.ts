import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { topicSettings, withAdmin } from "@teravoz/kafka";
import { doWhenDue } from "@teravoz/projector";
import { eventually } from "../../support/eventually.ts";
import { ask, type Erasing, openErasing, untilClean } from "../../support/services/erasing.ts";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";
import { type OwnParts, type OwnStack, openOwnStack } from "../../support/stack/own-stack.ts";

/** kafkajs's ConfigResourceTypes. */
const [TOPIC, BROKER] = [2, 4];
const NUMBER = "5511987652222";
/** The cleaner runs every 100 ms here. A busy machine may need many times that. */
const CLEANED_MS = 60_000;

let stack: OwnParts;
let own: OwnStack;
let opened: TestTopics;
let erasing: Erasing;
beforeAll(async () => {
  // this suite changes the settings of the log cleaner and reads the broker's files
  own = await openOwnStack();
  stack = own.stack;
  opened = await openTopics();
  await shortenLimits(opened);
  erasing = await openErasing(opened);
});
afterAll(async () => {
  await opened?.close();
  await own?.close();
});

/**
 * Gives the topics of events their settings with fractions of a second instead of days, and lets the cleaner
 * run all the time.
 */
async function shortenLimits({ client, topics }: TestTopics): Promise<void> {
  const short = {
    "segment.ms": "300",
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": "600",
    "delete.retention.ms": "300",
    // by default a replaced segment stays on the disk for a minute
    "file.delete.delay.ms": "100",
  };
  const events = [topics.callEvents, topics.agentEvents].map((name) => ({
    type: TOPIC,
    name,
    configEntries: entriesOf({ ...topicSettings(topics)[name], ...short }),
  }));
  const cleaner = { type: BROKER, name: "1", configEntries: entriesOf({ "log.cleaner.backoff.ms": "100" }) };
  await withAdmin(client, (admin) =>
    admin.alterConfigs({ validateOnly: false, resources: [...events, cleaner] }),
  );
}

const entriesOf = (settings: Record<string, string>) =>
  Object.entries(settings).map(([name, value]) => ({ name, value }));

/** The segments of the topics of events that hold a text, including those that are about to be removed. */
function findInLog(text: string): Promise<string[]> {
  const topics = [opened.topics.callEvents, opened.topics.agentEvents];
  return stack.provider === "local"
    ? findInFiles(join(own.dir, "data", "kafka"), topics, text)
    : findInContainer(topics, text);
}

/** The value of KAFKA_LOG_DIRS in the containers. */
const LOG_DIR = "/var/lib/kafka/data";

async function findInContainer(topics: string[], text: string): Promise<string[]> {
  const docker = (...args: string[]) => promisify(execFile)("docker", args);
  const port = stack.addresses.kafka.split(":").at(-1);
  const { stdout: id } = await docker("ps", "--quiet", "--filter", `publish=${port}`);
  const folders = topics.map((topic) => `${LOG_DIR}/${topic}-*`).join(" ");
  // the exit code of grep is 1 if there is no match, and 2 also if a segment was replaced meanwhile
  const find = `grep -rlaF -- '${text}' ${folders} || true`;
  const { stdout: paths } = await docker("exec", id.trim(), "sh", "-c", find);
  return paths.split("\n").filter(Boolean);
}

/** Returns whether a file is a segment. The indexes beside it hold only offsets, in files of 10 MB each. */
const isSegment = (name: string) => name.includes(".log");

async function findInFiles(data: string, topics: string[], text: string): Promise<string[]> {
  const folders = (await readdir(data)).filter((name) =>
    topics.some((topic) => name.startsWith(`${topic}-`)),
  );
  const paths = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(data, folder))).filter(isSegment).map((name) => join(folder, name)),
    ),
  );
  const looked = paths.flat().map(async (path) => {
    // a segment may be replaced while it is read
    const bytes = await readFile(join(data, path)).catch(() => Buffer.alloc(0));
    return bytes.includes(text) ? [path] : [];
  });
  return (await Promise.all(looked)).flat();
}

const tick = () => doWhenDue(erasing.daily, "tick", 0);

test("after a call's erasure no segment holds its number, on a partition that gets no record but the tick", async () => {
  erasing.project();
  const body = (type: string) => JSON.stringify({ type, call_id: "1", their_number: NUMBER });
  await erasing.publish([body("call.new"), body("call.finished")]);
  await eventually(async () => expect(await erasing.storedPayloads()).toHaveLength(2), 30_000);
  expect(await findInLog(NUMBER)).not.toEqual([]);
  expect((await ask(erasing.url, "DELETE", "/calls/1")).status).toBe(202);
  await untilClean(erasing.url, "/calls/1");
  // the limits add up to 1.3 s: all have passed, but the open segment is not cleaned
  await sleep(3_000);
  expect(await findInLog(NUMBER)).not.toEqual([]);
  await tick();
  await eventually(async () => expect(await findInLog(NUMBER)).toEqual([]), CLEANED_MS);

  // if it is sent again, it is not stored and leaves no record
  await erasing.publish([body("call.new"), body("call.waiting")]);
  await eventually(async () => {
    await tick();
    expect(await erasing.storedPayloads()).toEqual([]);
    expect(await findInLog(NUMBER)).toEqual([]);
  }, CLEANED_MS);
});

test("after the erasure of an agent known by a phone number, the tombstone that holds the number leaves the log too", async () => {
  const number = "5511987653333";
  await erasing.publish([JSON.stringify({ type: "dialer.attempt", number, sid: "1" })]);
  await eventually(async () => expect(await erasing.storedPayloads()).toHaveLength(1), 30_000);
  expect((await ask(erasing.url, "DELETE", `/numbers/${number}`)).status).toBe(202);
  await untilClean(erasing.url, `/numbers/${number}`);
  expect(await findInLog(number)).not.toEqual([]);
  await eventually(async () => {
    await tick();
    await sleep(500);
    expect(await findInLog(number)).toEqual([]);
  }, CLEANED_MS);
});
