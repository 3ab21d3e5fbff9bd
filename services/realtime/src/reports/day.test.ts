import { describe, expect, test } from "@jest/globals";
import { type RecentCall, Unavailable } from "@teravoz/domain";
import { sampleCall, samplePresence, sampleVisit } from "../../testing/sample-calls.ts";
import { createDay } from "./day.ts";

const HOUR_MS = 3_600_000;
const at = (hours: number) => new Date(hours * HOUR_MS);
const call = (aggregate_id: string, version: number, updated_at = at(100)) =>
  sampleCall({ aggregate_id, version, updated_at, legs: [sampleVisit()] });

const presence = (agent: string, version: number) => samplePresence(agent, { version });

/** Starts a day over a store whose reads are answered by the test. */
function start() {
  const clock = { now: at(100).getTime() };
  const asked: Date[] = [];
  const readings: { resolve: (calls: RecentCall[]) => void; reject: (error: Error) => void }[] = [];
  const listRecentCalls = (since: Date) => {
    asked.push(since);
    return new Promise<RecentCall[]>((resolve, reject) => readings.push({ resolve, reject }));
  };
  const presences = [presence("ana", 1), presence("beto", 1)];
  const listPresences = async () => presences;
  const day = createDay({ queries: { listRecentCalls, listPresences }, now: () => clock.now });
  const versions = async () =>
    Object.fromEntries([...(await day.calls())].map(({ aggregate_id, version }) => [aggregate_id, version]));
  const agents = async () =>
    Object.fromEntries([...(await day.presences())].map(({ agent, version }) => [agent, version]));
  return { agents, presences, clock, asked, readings, day, versions };
}

describe("the day", () => {
  test("the calls are read once, on the first request, and follow the changes from then on", async () => {
    const { asked, readings, day, versions } = start();
    day.changed([call("before the first request", 1)], []);
    const [first, second] = [versions(), versions()];
    readings[0]!.resolve([call("a", 1), call("b", 1)]);
    expect(await first).toEqual({ a: 1, b: 1 });
    expect(await second).toEqual({ a: 1, b: 1 });
    day.changed([call("a", 2), call("c", 1)], ["b"]);
    expect(await versions()).toEqual({ a: 2, c: 1 });
    expect(asked).toEqual([at(75)]);
  });

  test("the calls include what changed while they were read, and exclude what was erased meanwhile", async () => {
    const { readings, day, versions } = start();
    const answer = versions();
    day.changed([call("a", 5), call("b", 1), call("d", 1)], ["c", "d"]);
    readings[0]!.resolve([call("a", 4), call("b", 2), call("c", 1)]);
    expect(await answer).toEqual({ a: 5, b: 2 });
  });

  test("the calls keep the newer of two versions, in any order of arrival", async () => {
    const { readings, day, versions } = start();
    const answer = versions();
    readings[0]!.resolve([call("a", 7)]);
    await answer;
    day.changed([call("a", 6)], []);
    expect(await versions()).toEqual({ a: 7 });
  });

  test("the calls are read again after a resync, and a read that began before it is discarded", async () => {
    const { readings, day, versions } = start();
    const old = versions();
    day.forget();
    const answer = versions();
    readings[1]!.resolve([call("new", 1)]);
    expect(await answer).toEqual({ new: 1 });
    readings[0]!.resolve([call("old", 1)]);
    await old;
    expect(await versions()).toEqual({ new: 1 });
  });

  test("a read of the calls fails while the database is unavailable, and the next request reads again", async () => {
    const { readings, versions } = start();
    const failed = versions();
    readings[0]!.reject(new Unavailable("away"));
    await expect(failed).rejects.toThrow("away");
    const answer = versions();
    readings[1]!.resolve([]);
    expect(await answer).toEqual({});
  });

  test("a call is dropped 25 hours after its last event", async () => {
    const { clock, readings, versions } = start();
    const answer = versions();
    readings[0]!.resolve([call("old", 1, at(80)), call("young", 1, at(81))]);
    await answer;
    clock.now = at(105).getTime() + 1;
    expect(await versions()).toEqual({ young: 1 });
  });
});

test("the agents are read once too, follow their changes and are read again after a resync", async () => {
  const { agents, presences, day } = start();
  expect(await agents()).toEqual({ ana: 1, beto: 1 });
  day.agentsChanged([presence("ana", 3), presence("caio", 2)], ["beto"]);
  day.agentsChanged([presence("ana", 2)], []);
  expect(await agents()).toEqual({ ana: 3, caio: 2 });
  presences.pop();
  day.forget();
  expect(await agents()).toEqual({ ana: 1 });
});
