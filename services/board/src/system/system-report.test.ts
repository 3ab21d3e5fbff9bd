import { expect, test } from "@jest/globals";
import type { Instance, SystemReport } from "@teravoz/protocol/client";
import { findTroubles, lagByTopic, perMinute, totalsOf } from "./system-report.ts";

const NOW = "2026-11-25T12:00:30.000Z";
const instance = (given: Partial<Instance> = {}): Instance => ({
  service: "ingest",
  instance: "one",
  started_at: NOW,
  version: "0.1.0",
  failing: [],
  figures: {},
  standing: "ready",
  since: NOW,
  heard_at: NOW,
  installation: "ours",
  foreign: false,
  ...given,
});
const report = (given: Partial<SystemReport> = {}): SystemReport => ({
  now: NOW,
  hears: true,
  installation: "ours",
  instances: [instance()],
  missing: [],
  lag: { records: 0, waited_ms: 0, partitions: [] },
  lag_unknown: null,
  rates: [],
  refusals: [],
  accepted: 0,
  wrong_paths: [],
  refused_origins: [],
  ...given,
});
const kinds = (given: Partial<SystemReport>) =>
  findTroubles(report(given)).map(({ kind, level }) => `${kind} ${level}`);
const failing = [{ name: "kafka", reason: "away", tolerated: true }];

test("all is well while all instances are ready and nothing waits; refusals and regular stops do not matter", () => {
  const refusals = [{ minute: "2026-11-25T12:00:00.000Z", status: 422, count: 99 }];
  expect(kinds({ refusals, instances: [instance(), instance({ standing: "stopped" })] })).toEqual([]);
});

test("a missing, an unready and a silent instance are troubles, the worst first", () => {
  const instances = [
    instance({ failing }),
    instance({ standing: "unready" }),
    instance({ standing: "silent", failing }),
  ];
  expect(kinds({ missing: ["projector"], instances })).toEqual([
    "missing over",
    "unready over",
    "silent over",
    "tolerated near",
  ]);
});

test("an instance of another installation is a severe trouble while it runs, and its own troubles are not reported", () => {
  const foreign = (standing: Instance["standing"]) =>
    kinds({ instances: [instance({ foreign: true, installation: "theirs", standing, failing })] });
  expect(foreign("ready")).toEqual(["foreign over"]);
  expect(foreign("unready")).toEqual(["foreign over"]);
  expect([foreign("silent"), foreign("stopped")]).toEqual([[], []]);
});

test("no instance is reported as silent while no status is received", () => {
  expect(kinds({ hears: false, instances: [instance({ standing: "silent" })] })).toEqual(["deaf near"]);
});

test("a lag is a trouble from ten seconds on and severe from a minute on; an unknown lag is always severe", () => {
  const lag = (waited_ms: number) => kinds({ lag: { records: 5, waited_ms, partitions: [] } });
  expect([lag(9_999), lag(10_000), lag(60_000)]).toEqual([[], ["lag near"], ["lag over"]]);
  expect(kinds({ lag: null, lag_unknown: "Kafka does not answer" })).toEqual(["lagUnknown over"]);
});

test("events in a spool are a trouble, after five minutes a severe one", () => {
  const spool = (spool_oldest_ms: number) =>
    kinds({ instances: [instance({ figures: { spool_records: 2, spool_oldest_ms } })] });
  expect([spool(300_000), spool(300_001)]).toEqual([["spool near"], ["spool over"]]);
  expect(kinds({ instances: [instance({ figures: { spool_records: 0 } })] })).toEqual([]);
});

test("a 503 answer of the webhook counts as a trouble for five minutes", () => {
  const at = (minute: string) => kinds({ refusals: [{ minute, status: 503, count: 1 }] });
  expect(at("2026-11-25T11:56:00.000Z")).toEqual(["unavailable over"]);
  expect(at("2026-11-25T11:55:00.000Z")).toEqual([]);
});

test("refusals are summed by status, with the last minute of each", () => {
  const refusals = [
    { minute: "2026-11-25T11:59:00.000Z", status: 422, count: 2 },
    { minute: "2026-11-25T12:00:00.000Z", status: 400, count: 1 },
    { minute: "2026-11-25T11:58:00.000Z", status: 422, count: 3 },
  ];
  expect(totalsOf(refusals)).toEqual([
    { status: 400, count: 1, last: "2026-11-25T12:00:00.000Z" },
    { status: 422, count: 5, last: "2026-11-25T11:59:00.000Z" },
  ]);
});

test("partitions are summed by topic, and the worst is named", () => {
  const at = (topic: string, partition: number, records: number, waited_ms = 0) => ({
    topic,
    partition,
    records,
    waited_ms,
  });
  const partitions = [at("a", 0, 1, 50), at("a", 1, 4, 20), at("b", 0, 0)];
  expect(lagByTopic({ records: 5, waited_ms: 50, partitions })).toEqual([
    { topic: "a", records: 5, waited_ms: 50, worst: partitions[1] },
    { topic: "b", records: 0, waited_ms: 0, worst: partitions[2] },
  ]);
});

test("each of the last sixty minutes has a count, even without events; the current minute comes last", () => {
  const rates = [
    { minute: "2026-11-25T11:01:00.000Z", events: 7 },
    { minute: "2026-11-25T12:00:00.000Z", events: 3 },
    { minute: "2026-11-25T10:00:00.000Z", events: 9 },
  ];
  const counts = perMinute(rates, Date.parse(NOW));
  expect(counts).toHaveLength(60);
  expect([counts[0], counts[1], counts.at(-1)]).toEqual([7, 0, 3]);
});
