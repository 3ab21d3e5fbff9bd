import { describe, expect, test } from "@jest/globals";
import type { RecentCall } from "@teravoz/domain";
import { COMMANDS } from "@teravoz/protocol";
import { queueSettings, readConfig } from "@teravoz/runtime";
import { sampleCall, samplePresence, sampleVisit } from "../../testing/sample-calls.ts";
import {
  MAX_ABANDONED,
  reportAbandoned,
  reportAgents,
  reportQueueDay,
  reportQueues,
  reportRewound,
} from "./reports.ts";

const now = new Date("2026-11-25T13:42:07Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

function reporter(queues = "{}", zone = "America/Sao_Paulo") {
  const { QUEUES, ACCOUNT_TIME_ZONE } = readConfig(queueSettings, {
    QUEUES: queues,
    ACCOUNT_TIME_ZONE: zone,
  });
  const account = { queues: QUEUES, zone: ACCOUNT_TIME_ZONE };
  return (calls: RecentCall[], at: Date, minutes: number | null) =>
    reportQueues({ calls, presences: [] }, { account, now: at, minutes });
}

const abandoned = (queue: string | null, minutesAgo: number, waitMs = 60_000): RecentCall => {
  const entered_at = ago(minutesAgo);
  const ended_at = new Date(entered_at.getTime() + waitMs);
  const outcome = "ABANDONED";
  return sampleCall({
    aggregate_id: String(minutesAgo),
    state: "FINISHED",
    began_at: entered_at,
    updated_at: ended_at,
    their_number: "5511987654321",
    their_number_canonical: "+5511987654321",
    their_number_display: "+55 11 98765-4321",
    legs: [sampleVisit({ queue, entered_at, ended_at, outcome })],
  });
};

describe("the report of the queues", () => {
  test("the report counts today from midnight of the account's zone, or the last minutes", () => {
    // 10:42 in São Paulo
    const calls = [abandoned("900", 10), abandoned("900", 600), abandoned("900", 700)];
    const today = reporter()(calls, now, null);
    expect(today).toMatchObject({ from: new Date("2026-11-25T03:00:00Z"), now, total: { offered: 2 } });
    expect(reporter()(calls, now, 30)).toMatchObject({ from: ago(30), total: { offered: 1, abandoned: 1 } });
    expect(reporter("{}", "UTC")(calls, now, null).total.offered).toBe(3);
  });

  test("each queue of the settings and each queue with a visit has a row, sorted by number, visits without a queue last", () => {
    const calls = [abandoned("1000", 3), abandoned(null, 2), abandoned("vip", 1), abandoned("99", 4)];
    const { queues } = reporter('{"901":{},"900":{"name":"Vendas"},"*":{}}')(calls, now, null);
    expect(queues.map(({ queue, name, offered }) => [queue, name, offered])).toEqual([
      ["99", null, 1],
      ["900", "Vendas", 0],
      ["901", null, 0],
      ["1000", null, 1],
      ["vip", null, 1],
      [null, null, 1],
    ]);
  });

  test("each queue is judged by its own promise, else by that of *, else by the default", () => {
    const queues =
      '{"900":{"shortAbandonSeconds":90},"901":{"serviceLevelSeconds":40},"*":{"shortAbandonSeconds":30}}';
    const calls = [abandoned("900", 5), abandoned("901", 4), abandoned("902", 3, 30_000)];
    const rows = reporter(queues)(calls, now, null).queues;
    expect(rows.map(({ short, serviceLevelMs }) => [short, serviceLevelMs])).toEqual([
      [1, 20_000],
      [0, 40_000],
      [1, 20_000],
    ]);
    expect(reporter()(calls, now, null).queues[0]).toMatchObject({
      serviceLevelMs: 20_000,
      shortAbandonMs: 5_000,
    });
  });
});

test("the report of a queue's day has quarters of an hour of the account's zone, judged by the queue's promise", () => {
  const { QUEUES: queues } = readConfig(queueSettings, { QUEUES: '{"900":{"shortAbandonSeconds":90}}' });
  const account = { queues, zone: "America/Sao_Paulo" };
  const calls = [abandoned("900", 10), abandoned("901", 12), abandoned("901", 600), abandoned("901", 700)];
  const of = (queue: string | null) => {
    const { slices, ...head } = reportQueueDay(calls, { account, now, queue });
    const some = slices.filter(({ offered, abandoned }) => offered + abandoned > 0);
    return { head, count: slices.length, some: some.map(({ from, short }) => [from.toISOString(), short]) };
  };
  const from = new Date("2026-11-25T03:00:00Z");
  // 10:42 in São Paulo
  expect(of(null)).toEqual({
    head: { from, now, zone: account.zone, queue: null, slice_ms: 900_000 },
    count: 43,
    some: [
      ["2026-11-25T03:30:00.000Z", 0],
      ["2026-11-25T13:30:00.000Z", 1],
    ],
  });
  expect(of("901").some.map(([, short]) => short)).toEqual([0, 0]);
  expect(of("900").some).toEqual([["2026-11-25T13:30:00.000Z", 1]]);
});

test("the report of abandoned visits holds the latest, and says if there are more", () => {
  const { QUEUES: queues } = readConfig(queueSettings, {});
  const account = { queues, zone: "America/Sao_Paulo" };
  const calls = Array.from({ length: MAX_ABANDONED + 1 }, (_, n) => abandoned("900", 1 + n / 100));
  const report = reportAbandoned(calls, { account, now, minutes: 60, days: null });
  expect(report).toMatchObject({ from: ago(60), now, zone: account.zone, more: true });
  expect(report.abandoned).toHaveLength(MAX_ABANDONED);
  expect(report.abandoned[0]).toMatchObject({ ended_at: now, waited_ms: 60_000, short: false });
  expect(reportAbandoned(calls, { account, now, minutes: 3, days: null }).more).toBe(false);
});

describe("the report of the abandoned visits of several days", () => {
  const { QUEUES: queues } = readConfig(queueSettings, {});
  const asked = { account: { queues, zone: "America/Sao_Paulo" }, now, minutes: null };
  const DAY = 24 * 60;

  test("a report of seven days begins at the midnight six days ago, and a report without days at today's midnight", () => {
    const calls = [abandoned("900", 5), abandoned("900", 6 * DAY), abandoned("900", 7 * DAY)];
    const week = reportAbandoned(calls, { ...asked, days: 7 });
    expect(week).toMatchObject({ from: new Date("2026-11-19T03:00:00Z"), days: 7 });
    expect(week.abandoned).toHaveLength(2);
    const today = reportAbandoned(calls, { ...asked, days: null });
    expect(today).toMatchObject({ from: new Date("2026-11-25T03:00:00Z"), days: 1 });
    expect(today.abandoned).toHaveLength(1);
  });

  test("a report begins at midnight in a week with a clock change", () => {
    const week = { ...asked, account: { queues, zone: "Europe/Berlin" }, days: 7 };
    const from = (at: string) => reportAbandoned([], { ...week, now: new Date(at) }).from.toISOString();
    expect(from("2026-10-28T12:00:00Z")).toBe("2026-10-21T22:00:00.000Z");
    expect(from("2026-04-01T12:00:00Z")).toBe("2026-03-25T23:00:00.000Z");
  });

  test("a report holds each person once, with all of their visits of the window", () => {
    const { people } = reportAbandoned([abandoned("900", 5), abandoned("901", 2 * DAY)], {
      ...asked,
      days: 7,
    });
    expect(people).toMatchObject([{ person: "+5511987654321", times: 2, last_at: ago(4) }]);
  });
});

test("every report as JSON has exactly the fields that the protocol describes", () => {
  const { QUEUES, ACCOUNT_TIME_ZONE } = readConfig(queueSettings, { QUEUES: '{"900":{"name":"Vendas"}}' });
  const asked = { account: { queues: QUEUES, zone: ACCOUNT_TIME_ZONE }, now, minutes: null };
  const waiting = sampleCall({
    aggregate_id: "waits",
    state: "WAITING",
    updated_at: ago(1),
    waiting_since: ago(1),
    legs: [sampleVisit({ queue: "900", entered_at: ago(1) })],
  });
  const talk = { agent: "ana", extension: "200", entered_at: ago(30), ended_at: ago(29) };
  const rings = {
    agent: "bia",
    extension: null,
    rang: 1,
    missed: 1,
    latest: [{ rang_at: null, ended_at: ago(9), missed: true }],
  };
  const calls = [
    waiting,
    abandoned("900", 5),
    sampleCall({ aggregate_id: "talked", talks: [talk], rings: [rings] }),
  ];
  const counted = { calls, presences: [samplePresence("ana", { said_at: ago(60) })] };
  const reports = {
    ListQueues: reportQueues(counted, asked),
    ListAgents: reportAgents(counted, asked),
    ListQueueDay: reportQueueDay(calls, { ...asked, queue: "900" }),
    ListAbandoned: reportAbandoned(calls, { ...asked, days: 7 }),
    Rewind: reportRewound(counted, asked),
  };
  for (const [name, report] of Object.entries(reports)) {
    const sent = JSON.parse(JSON.stringify(report));
    expect(COMMANDS[name as keyof typeof reports].answer.parse(sent)).toEqual(sent);
  }
  expect(reports.Rewind).toMatchObject({
    agents: [{ taken: 1 }, { missed: 1 }],
    waiting: [{ queue: "900" }],
  });
  expect(reports.ListAbandoned.people).toHaveLength(1);
});

test.each([
  ["no JSON", "{", "must be JSON like"],
  ["a list", "[]", "must be JSON like"],
  ["a wrong value", '{"900":{"serviceLevelSeconds":"20"}}', "900.serviceLevelSeconds"],
  ["a wrong name", '{"900":{"sla":20}}', "900"],
])("QUEUES that is %s is refused with a readable error", (_what, text, words) => {
  expect(() => reporter(text)).toThrow(words);
});

test("a zone that does not exist is refused", () => {
  expect(() => reporter("{}", "America/Sampa")).toThrow("must be a zone like America/Sao_Paulo");
});
