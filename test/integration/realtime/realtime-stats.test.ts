import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type RealtimeInProcess, startRealtime } from "../../support/services/realtime-in-process.ts";

let realtime: RealtimeInProcess;
beforeAll(async () => {
  realtime = await startRealtime();
  await realtime.store('{"type":"call.new","call_id":"one"}', '{"type":"actor.logged-in","actor":"ana"}');
});
afterAll(() => realtime.stop());

const get = (query = "") => fetch(`${realtime.url}/stats${query}`);

test("/stats counts events by type and calls by state, of thirty minutes or of the requested ones", async () => {
  const events = { "call.new": 1, "actor.logged-in": 1 };
  expect(await (await get()).json()).toEqual({ minutes: 30, events, calls: { NEW: 1 } });
  await realtime.happen('{"type":"call.finished","call_id":"one"}');
  const after = { minutes: 1_440, events: { ...events, "call.finished": 1 }, calls: { FINISHED: 1 } };
  expect(await (await get("?minutes=1440")).json()).toEqual(after);
});

test.each(["0", "1441", "-1", "1.5", "abc", "", "30&minutes=40", "99999"])(
  "minutes=%s is refused with its path",
  async (minutes) => {
    const answer = await get(`?minutes=${minutes}`);
    expect(answer.status).toBe(400);
    const errors = [{ path: "minutes", message: "must be a whole number from 1 to 1440" }];
    expect(await answer.json()).toEqual({ status: "error", errors });
  },
);

test("while the database is unavailable the answer is 503 with Retry-After, and 200 after its return", async () => {
  realtime.away = true;
  const answer = await get();
  expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "2"]);
  realtime.away = false;
  expect((await get()).status).toBe(200);
});
