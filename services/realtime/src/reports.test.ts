import { describe, expect, test } from "@jest/globals";
import type { Leg, RecentCall } from "@teravoz/domain";
import { queueSettings, readConfig } from "@teravoz/runtime";
import { MAX_ABANDONED, reportAbandoned, reportQueueDay, reportQueues } from "./reports.ts";

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
  const leg: Leg = {
    queue,
    entered_at,
    ended_at,
    outcome: "ABANDONED",
    answered_at: null,
    agent: null,
    talked_until: null,
  };
  return {
    aggregate_id: String(minutesAgo),
    version: 1,
    state: "FINISHED",
    updated_at: ended_at,
    their_number: "5511987654321",
    their_number_canonical: "+5511987654321",
    their_number_display: "+55 11 98765-4321",
    answered_at: null,
    legs: [leg],
    offers: [],
  };
};

describe("the report of the queues", () => {
  test("counts today from midnight of the account's zone, or the last minutes", () => {
    // 10:42 in São Paulo
    const calls = [abandoned("900", 10), abandoned("900", 600), abandoned("900", 700)];
    const today = reporter()(calls, now, null);
    expect(today).toMatchObject({ from: new Date("2026-11-25T03:00:00Z"), now, total: { offered: 2 } });
    expect(reporter()(calls, now, 30)).toMatchObject({ from: ago(30), total: { offered: 1, abandoned: 1 } });
    expect(reporter("{}", "UTC")(calls, now, null).total.offered).toBe(3);
  });

  test("has a row for each queue of the settings and each that had a leg, by number, and the queueless last", () => {
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

  test("judges each queue by its own promise, else by that of *, else by the usual one", () => {
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

test("the report of a queue's day is by quarters of an hour of the account's zone, judged by the queue's promise", () => {
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

test("the report of those who gave up holds the latest, and says that there are more", () => {
  const { QUEUES: queues } = readConfig(queueSettings, {});
  const account = { queues, zone: "America/Sao_Paulo" };
  const calls = Array.from({ length: MAX_ABANDONED + 1 }, (_, n) => abandoned("900", 1 + n / 100));
  const report = reportAbandoned(calls, { account, now, minutes: 60 });
  expect(report).toMatchObject({ from: ago(60), now, zone: account.zone, more: true });
  expect(report.abandoned).toHaveLength(MAX_ABANDONED);
  expect(report.abandoned[0]).toMatchObject({ ended_at: now, waited_ms: 60_000, short: false });
  expect(reportAbandoned(calls, { account, now, minutes: 3 }).more).toBe(false);
});

test.each([
  ["no JSON", "{", "must be JSON like"],
  ["a list", "[]", "must be JSON like"],
  ["a wrong value", '{"900":{"serviceLevelSeconds":"20"}}', "900.serviceLevelSeconds"],
  ["a wrong name", '{"900":{"sla":20}}', "900"],
])("QUEUES that is %s is refused in words", (_what, text, words) => {
  expect(() => reporter(text)).toThrow(words);
});

test("a zone that does not exist is refused", () => {
  expect(() => reporter("{}", "America/Sampa")).toThrow("must be a zone like America/Sao_Paulo");
});
