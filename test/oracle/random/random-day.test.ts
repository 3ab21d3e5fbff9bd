import { describe, expect, test } from "@jest/globals";
import { runs } from "../../support/long.ts";
import { boardOf } from "../compare.ts";
import type { OracleEvent } from "../events.ts";
import { count } from "../oracle.ts";
import { randomOf } from "./random.ts";
import { eventsOf, type RandomDay, randomDay } from "./random-day.ts";

/** Enough days for every state and every outcome to happen on one of them. */
const VARIED = 60;
const daysOf = (count: number): RandomDay[] => Array.from({ length: count }, (_, n) => randomDay(n + 1));
const days = (): RandomDay[] => daysOf(runs(20));
const boardOfDay = (day: RandomDay, events: readonly OracleEvent[] = eventsOf(day.deliveries)) =>
  boardOf(count({ ...day, events }));

describe("a random day", () => {
  test("is the same for the same seed, and different for another seed", () => {
    expect(randomDay(7).deliveries).toEqual(randomDay(7).deliveries);
    expect(randomDay(7).deliveries).not.toEqual(randomDay(8).deliveries);
  });

  test("has only deliveries that arrived until now, in the order of arrival", () => {
    for (const { deliveries, now } of days()) {
      const moments = deliveries.map(({ received_at }) => received_at.getTime());
      expect(moments).toEqual([...moments].sort((a, b) => a - b));
      expect(Math.max(0, ...moments)).toBeLessThanOrEqual(now.getTime());
    }
  });

  test("has every state and every outcome on one of sixty days", () => {
    const boards = daysOf(VARIED).map((day) => boardOfDay(day));
    const found = new Set(JSON.stringify(boards).match(/"[A-Z_]{3,}"|"(?:inbound|outbound|internal)"/g));
    for (const wanted of WANTED) expect([wanted, found.has(`"${wanted}"`)]).toEqual([wanted, true]);
    const lists = boards.map(({ waiting, abandoned }) => [
      waiting.length > 0,
      Object.keys(abandoned).length > 1,
    ]);
    expect(lists).toContainEqual([true, true]);
    expect(JSON.stringify(boards)).toMatch(/"returned_at":"2026/);
  });
});

const WANTED = [
  "NEW",
  "STANDBY",
  "WAITING",
  "ONGOING",
  "FINISHED",
  "ANSWERED",
  "ABANDONED",
  "OVERFLOWED",
  "FREE",
  "RINGING",
  "TALKING",
  "PAUSED",
  "LOGGED_OUT",
  "inbound",
  "outbound",
  "internal",
];

describe("the oracle on random days", () => {
  test("counts the same in any order of the events, and with every event given twice", () => {
    for (const day of days()) {
      const events = eventsOf(day.deliveries);
      const { fraction } = randomOf(day.seed);
      const shuffled = [...events, ...events]
        .map((event) => ({ event, place: fraction() }))
        .sort((a, b) => a.place - b.place)
        .map(({ event }) => event);
      expect([day.seed, boardOfDay(day, shuffled)]).toEqual([day.seed, boardOfDay(day, events)]);
    }
  });

  test("counts every visit once: offered = answered + abandoned + overflowed + open unanswered", () => {
    for (const day of days()) {
      const window = { from: new Date(0), to: new Date(8e15) };
      const { total, calls } = count({ ...day, window, events: eventsOf(day.deliveries) });
      const open = [...calls.values()]
        .filter(({ counted_as }) => counted_as === "inbound")
        .flatMap(({ visits }) => visits)
        .filter(({ answered_at, ended_at }) => answered_at === null && ended_at === null).length;
      const { offered, answered, abandoned, overflowed } = total;
      expect([day.seed, offered]).toEqual([day.seed, answered + abandoned + overflowed + open]);
    }
  });

  test("counts totals that are the sums over the queues", () => {
    for (const day of days()) {
      const { queues, total } = count({ ...day, events: eventsOf(day.deliveries) });
      for (const number of ["waiting", "offered", "answered", "abandoned", "short", "overflowed"] as const) {
        const sum = [...queues.values()].reduce((so_far, each) => so_far + each[number], 0);
        expect([day.seed, number, sum]).toEqual([day.seed, number, total[number]]);
      }
    }
  });

  test("shows no agent as talking on a call that is over", () => {
    for (const day of days()) {
      const { agents, calls } = count({ ...day, events: eventsOf(day.deliveries) });
      for (const { state, call_id } of agents)
        if (state === "TALKING")
          expect([day.seed, calls.get(call_id!)?.state]).not.toEqual([day.seed, "FINISHED"]);
    }
  });
});
