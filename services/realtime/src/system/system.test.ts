import { expect, test } from "@jest/globals";
import { type Refused, Unavailable } from "@teravoz/domain";
import { COMMANDS } from "@teravoz/protocol";
import { createLog } from "@teravoz/runtime";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createSystem, type SystemDeps } from "./system.ts";

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;
const end = { topic: "call-events", partition: 0, low: 0, high: 9 };

function open(given: Partial<SystemDeps> & Partial<SystemDeps["queries"]> = {}) {
  const clock = createManualClock();
  const { listPositions = async () => [4], countMinutes = async () => [], ...deps } = given;
  const system = createSystem({
    queries: { listPositions, countMinutes },
    readEnds: async () => [end],
    hears: () => true,
    statusEveryMs: 10_000,
    installation: () => "ours",
    log: createLog("test", "silent"),
    clock,
    now: () => NOW + clock.now(),
    ...deps,
  });
  return { clock, system };
}
const away = () => Promise.reject(new Unavailable("away"));
const never = () => new Promise<never>(() => {});

test("the lag is the difference between the log and the store, and its age grows from one report to the next", async () => {
  const { clock, system } = open();
  const first = await system.report(60);
  expect(first.lag).toEqual({
    records: 5,
    waited_ms: 0,
    partitions: [{ topic: "call-events", partition: 0, records: 5, waited_ms: 0 }],
  });
  clock.advance(5_000);
  expect((await system.report(60)).lag).toMatchObject({ records: 5, waited_ms: 5_000 });
});

test("with Kafka away the rest is reported, and the lag is unknown with a reason", async () => {
  const { system } = open({ readEnds: away });
  expect(await system.report(60)).toMatchObject({
    lag: null,
    lag_unknown: "Kafka does not answer",
    rates: [],
  });
});

test("with MongoDB away the instances are still reported", async () => {
  const { system } = open({ listPositions: away, countMinutes: away });
  expect(await system.report(60)).toMatchObject({
    lag: null,
    lag_unknown: "MongoDB does not answer",
    rates: null,
    instances: [],
    missing: ["ingest", "projector", "realtime"],
  });
});

test.each([
  ["Kafka", { readEnds: never }],
  ["MongoDB", { listPositions: never, countMinutes: never }],
])("the answer arrives within its limit while %s hangs", async (name, hanging) => {
  const { clock, system } = open(hanging);
  const asked = system.report(60);
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1_500);
  expect(await asked).toMatchObject({ lag: null, lag_unknown: `${name} does not answer` });
});

test("no service is reported as missing while the instance does not hear the others", async () => {
  const { system } = open({ hears: () => false });
  expect(await system.report(60)).toMatchObject({ hears: false, missing: [] });
});

test("refusals of instances are summed by name, the most frequent first, without those of instances that are gone", async () => {
  const { clock, system } = open();
  const hear = (instance: string, refused: Refused[], stamped = NOW) => {
    const status = {
      service: "ingest",
      instance,
      version: "1",
      state: "ready" as const,
      at: new Date(NOW),
      started_at: new Date(NOW),
      failing: [],
      figures: {},
      answers: [],
      refused,
      installation: "",
    };
    system.heard([{ status, stamped }]);
  };
  const last = (minute: number) => new Date(NOW - minute * MINUTE);
  hear("one", [
    { kind: "path", name: "/webhok", count: 2, last: last(1) },
    { kind: "origin", name: "null", count: 5, last: last(2) },
  ]);
  hear("other", [
    { kind: "path", name: "/api", count: 3, last: last(4) },
    { kind: "path", name: "/webhok", count: 2, last: last(3) },
  ]);
  expect(await system.report(60)).toMatchObject({
    wrong_paths: [
      { name: "/webhok", count: 4, last: last(1) },
      { name: "/api", count: 3, last: last(4) },
    ],
    refused_origins: [{ name: "null", count: 5, last: last(2) }],
  });
  clock.advance(20 * MINUTE);
  expect(await system.report(60)).toMatchObject({ wrong_paths: [], refused_origins: [] });
});

test("an instance of another installation is marked as foreign and replaces none of ours; one that names no installation is ours", async () => {
  const { system } = open();
  const hear = (service: string, installation: string) => {
    const status = {
      service,
      instance: "one",
      version: "1",
      state: "ready" as const,
      installation,
      at: new Date(NOW),
      started_at: new Date(NOW),
      failing: [],
      figures: {},
      answers: [],
      refused: [],
    };
    system.heard([{ status, stamped: NOW }]);
  };
  hear("ingest", "");
  hear("projector", "theirs");
  hear("realtime", "ours");
  const { installation, instances, missing } = await system.report(60);
  expect(installation).toBe("ours");
  expect(instances.map((each) => [each.service, each.installation, each.foreign])).toEqual([
    ["ingest", "", false],
    ["projector", "theirs", true],
    ["realtime", "ours", false],
  ]);
  expect(missing).toEqual(["projector"]);
});

test("no instance is foreign until its own installation is known", async () => {
  const { system } = open({ installation: () => "" });
  const at = new Date(NOW);
  const status = {
    service: "projector",
    instance: "one",
    version: "1",
    state: "ready" as const,
    installation: "theirs",
    at,
    started_at: at,
    failing: [],
    figures: {},
    answers: [],
    refused: [],
  };
  system.heard([{ status, stamped: NOW }]);
  expect((await system.report(60)).instances).toMatchObject([{ foreign: false }]);
});

test("the answers of the window are split into refusals by status and accepted", async () => {
  const { system } = open();
  const answers = [
    { minute: new Date(NOW - 60 * MINUTE), status: 422, count: 9 },
    { minute: new Date(NOW - 59 * MINUTE), status: 422, count: 2 },
    { minute: new Date(NOW), status: 200, count: 40 },
  ];
  const at = new Date(NOW);
  const status = {
    service: "ingest",
    instance: "one",
    version: "1",
    state: "ready" as const,
    at,
    started_at: at,
    failing: [],
    figures: {},
    answers,
    refused: [],
    installation: "",
  };
  system.heard([{ status, stamped: NOW }]);
  expect(await system.report(60)).toMatchObject({
    refusals: [{ minute: new Date(NOW - 59 * MINUTE), status: 422, count: 2 }],
    accepted: 40,
  });
});

test("the report as JSON has exactly the fields that the protocol describes", async () => {
  const at = new Date(NOW);
  const { system } = open({ countMinutes: async () => [{ minute: at, events: 3 }] });
  const status = {
    service: "ingest",
    instance: "one",
    version: "1",
    state: "unready" as const,
    installation: "",
    at,
    started_at: at,
    failing: [{ name: "kafka", reason: "away", tolerated: true }],
    figures: { spool_bytes: 7 },
    answers: [{ minute: at, status: 422, count: 1 }],
    refused: [
      { kind: "path" as const, name: "/webhok", count: 2, last: at },
      { kind: "origin" as const, name: "null", count: 2, last: at },
    ],
  };
  system.heard([{ status, stamped: NOW }]);
  const sent = JSON.parse(JSON.stringify(await system.report(60)));
  expect(COMMANDS.ListSystem.answer.parse(sent)).toEqual(sent);
  expect(sent).toMatchObject({
    instances: [{ failing: [{}] }],
    rates: [{}],
    refusals: [{}],
    wrong_paths: [{}],
  });
});
