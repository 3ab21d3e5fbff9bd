import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { findLeaks, gatherPersonal } from "./support/log-check.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "teravoz-logs-"));
});
afterEach(() => rm(dir, { recursive: true }));

const BODY =
  '{"call_id":"1463669263.30033","their_number":"5511987654321","actor":"ana@example.com","cpf":"123.456.789-09","cnpj":12345678000195,"queue":"900"}';

async function leaksOf(line: string): Promise<string[]> {
  const sent = gatherPersonal();
  sent.add(BODY);
  await writeFile(join(dir, "ingest-1.log"), `{"level":"info","msg":"started","port":3333}\n${line}\n`);
  return findLeaks(dir, sent);
}

test.each([
  "1463669263.30033",
  "5511987654321",
  "ana@example.com",
  "123.456.789-09",
  "12345678000195",
  "someone.else@example.com",
  "unhandledRejection",
])("a log that contains %s is reported", async (what) => {
  expect(await leaksOf(`{"msg":"x","field":"<${what}>"}`)).toContain(`ingest-1.log holds ${what}`);
});

test("ports, times, counts and queues are not personal data", async () => {
  const line =
    '{"time":"2026-01-05T12:00:00.123Z","port":54321,"queue":900,"records":1463669,"stack":"at x.ts:10:5"}';
  expect(await leaksOf(line)).toEqual([]);
});

/** Seconds of CPU of the work. The load of other processes does not count. */
function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

test("the time for a body grows linearly with its length, whatever its content", () => {
  const length = 128 * 1024;
  const seconds = cpuSeconds(() => {
    for (const unit of ["x", "1", "a@", "a.", "@a.b.", '"call_id":', "\u0000"])
      gatherPersonal().add(unit.repeat(length / unit.length));
  });
  // less than a tenth of a second when linear; one unbounded repetition takes a minute
  expect(seconds).toBeLessThan(5);
});

test("the time for a log does not grow with the number of sent values", () => {
  const sent = gatherPersonal();
  for (let n = 0; n < 20_000; n++) sent.add(`{"call_id":"1463669263.${10_000 + n}"}`);
  const line = '{"time":"2026-01-05T12:00:00.123Z","call":"1463669263.9999","msg":"stored"}\n';
  const log = line.repeat(50_000);
  const seconds = cpuSeconds(() => expect(sent.found(log)).toEqual([]));
  // a third of a second when the log is read once; a search for each value takes half a minute
  expect(seconds).toBeLessThan(10);
  expect(sent.found(`${line}1463669263.29999`)).toEqual(["1463669263.29999"]);
});
