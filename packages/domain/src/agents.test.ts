import { describe, expect, test } from "@jest/globals";
import { type Agent, countAgents, countFree } from "./agents.ts";
import type { Event } from "./event.ts";
import { applyToOffers, type Offer } from "./offers.ts";
import { applyPresence } from "./presence.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 5, 12) + seconds * 1_000);
const now = at(3_600);
const today = { window: { from: at(-43_200), to: at(86_400) }, now };

type Told = [type: string, seconds: number, queue?: string, reason?: string];

function presenceOf(agent: string, ...told: Told[]) {
  const events = told.map(
    ([type, seconds, queue = "900", reason]): Event => ({
      uuid: `${agent}-${type}-${seconds}-${queue}`,
      kind: "agent",
      aggregate_id: agent,
      type: `actor.${type}`,
      occurred_at: at(seconds),
      received_at: at(seconds),
      payload: JSON.stringify({ queue, reason }),
    }),
  );
  return applyPresence(null, events)!;
}

function callOf(...sent: [type: string, seconds: number, agent?: string][]) {
  const offers = sent.reduce<readonly Offer[]>(
    (all, [type, seconds, agent = null]) =>
      applyToOffers(all, { type, at: at(seconds), queue: "900", agent }),
    [],
  );
  const last = sent.at(-1)!;
  const state = last[0] === "call.finished" ? ("FINISHED" as const) : ("ONGOING" as const);
  return { aggregate_id: `call-${sent[0]![1]}`, state, updated_at: at(last[1]), offers };
}

const agentOf = (...given: Parameters<typeof countAgents>): Agent => countAgents(...given)[0]!;
const standing = ({ state, since }: Agent) => [state, since];

const loggedIn = presenceOf("ana", ["logged-in", 0]);

describe("what an agent does", () => {
  test("logged in and nothing else: free, since the log-in", () => {
    expect(agentOf([loggedIn], [], today)).toEqual({
      agent: "ana",
      state: "FREE",
      since: at(0),
      reason: null,
      queues: [{ queue: "900", paused: false }],
      call_id: null,
      taken: 0,
      missed: 0,
      mean_talk_ms: null,
    });
  });

  test("rings, talks, and is free again since the end of the talk", () => {
    const ringing = callOf(["actor.ringing", 10, "ana"]);
    expect(agentOf([loggedIn], [ringing], today)).toMatchObject({
      state: "RINGING",
      since: at(10),
      call_id: "call-10",
    });
    const talking = callOf(["actor.ringing", 10, "ana"], ["actor.entered", 14, "ana"]);
    expect(agentOf([loggedIn], [talking], today)).toMatchObject({
      state: "TALKING",
      since: at(14),
      taken: 1,
      mean_talk_ms: null,
    });
    const left = callOf(["actor.entered", 14, "ana"], ["actor.left", 74, "ana"], ["call.finished", 75]);
    expect(agentOf([loggedIn], [left], today)).toMatchObject({
      state: "FREE",
      since: at(74),
      call_id: null,
      taken: 1,
      mean_talk_ms: 60_000,
    });
  });

  test("who does not answer has missed a ring and is free since", () => {
    const missed = callOf(["actor.ringing", 10, "ana"], ["actor.noanswer", 30, "ana"]);
    expect(agentOf([loggedIn], [missed], today)).toMatchObject({
      state: "FREE",
      since: at(30),
      missed: 1,
      taken: 0,
    });
  });

  test("paused with its reason; the end of the pause and a new log-in end it", () => {
    const paused: Told[] = [
      ["logged-in", 0],
      ["paused", 60, "900", "lunch"],
    ];
    expect(agentOf([presenceOf("ana", ...paused)], [], today)).toMatchObject({
      state: "PAUSED",
      since: at(60),
      reason: "lunch",
    });
    const back = presenceOf("ana", ...paused, ["unpaused", 90]);
    expect(standing(agentOf([back], [], today))).toEqual(["FREE", at(90)]);
    const again = presenceOf("ana", ...paused, ["logged-in", 95]);
    expect(standing(agentOf([again], [], today))).toEqual(["FREE", at(95)]);
  });

  test("the last that was begun counts: a ring in a pause, a pause in a talk", () => {
    const paused = presenceOf("ana", ["logged-in", 0], ["paused", 60]);
    expect(standing(agentOf([paused], [callOf(["actor.ringing", 70, "ana"])], today))).toEqual([
      "RINGING",
      at(70),
    ]);
    expect(standing(agentOf([paused], [callOf(["actor.entered", 50, "ana"])], today))).toEqual([
      "PAUSED",
      at(60),
    ]);
    expect(standing(agentOf([paused], [callOf(["actor.entered", 60, "ana"])], today))).toEqual([
      "TALKING",
      at(60),
    ]);
  });

  test("of several queues: logged out once it is out of all, paused once it is in all it is logged in to", () => {
    const both: Told[] = [
      ["logged-in", 0],
      ["logged-in", 1, "901"],
    ];
    const one = presenceOf("ana", ...both, ["paused", 9, "901"]);
    expect(agentOf([one], [], today)).toMatchObject({
      state: "FREE",
      queues: [
        { queue: "900", paused: false },
        { queue: "901", paused: true },
      ],
    });
    const all = presenceOf("ana", ...both, ["paused", 9, "901", "lunch"], ["paused", 8]);
    expect(agentOf([all], [], today)).toMatchObject({ state: "PAUSED", since: at(9), reason: "lunch" });
    const halfOut = presenceOf("ana", ...both, ["paused", 9, "901"], ["logged-out", 12]);
    expect(standing(agentOf([halfOut], [], today))).toEqual(["PAUSED", at(9)]);
    const out = presenceOf("ana", ...both, ["logged-out", 12], ["logged-out", 13, "901"]);
    expect(agentOf([out], [], today)).toMatchObject({ state: "LOGGED_OUT", since: at(13), queues: [] });
  });

  test("who pauses without a log-in that was told is logged in", () => {
    expect(agentOf([presenceOf("ana", ["paused", 5])], [], today)).toMatchObject({
      state: "PAUSED",
      queues: [{ queue: "900", paused: true }],
    });
  });

  test("whom only calls name is busy while they ring or talk, and unknown otherwise", () => {
    expect(agentOf([], [callOf(["actor.entered", 5, "beto"])], today)).toMatchObject({
      agent: "beto",
      state: "TALKING",
    });
    const over = callOf(["actor.entered", 5, "beto"], ["call.finished", 9]);
    expect(agentOf([], [over], today)).toMatchObject({
      state: "UNKNOWN",
      since: at(9),
      taken: 1,
      queues: [],
    });
  });

  test("a call that is presumed lost keeps nobody talking", () => {
    const late = { ...today, now: at(10 + 4 * 3_600) };
    expect(agentOf([loggedIn], [callOf(["actor.entered", 10, "ana"])], late)).toMatchObject({
      state: "FREE",
      call_id: null,
    });
  });

  test("who logged out more than a day ago and was offered nothing is left out", () => {
    const out = presenceOf("ana", ["logged-out", 0]);
    const day = (ms: number) => ({ ...today, now: new Date(at(0).getTime() + ms) });
    expect(countAgents([out], [], day(86_399_999))).toHaveLength(1);
    expect(countAgents([out], [], day(86_400_000))).toEqual([]);
  });
});

test("only what happened in the window is counted", () => {
  const calls = [
    callOf(["actor.entered", 10, "ana"], ["call.finished", 20]),
    callOf(["actor.entered", 100, "ana"], ["call.finished", 130]),
    callOf(["actor.noanswer", 19, "ana"]),
    callOf(["actor.noanswer", 20, "ana"]),
  ];
  const window = { from: at(20), to: at(130) };
  expect(agentOf([loggedIn], calls, { window, now })).toMatchObject({
    taken: 1,
    missed: 1,
    mean_talk_ms: 10_000,
  });
});

test("agents are told by name, and those who are free by queue", () => {
  const agents = countAgents(
    [
      presenceOf("zeca", ["logged-in", 0], ["logged-in", 0, "901"], ["paused", 1, "901"]),
      presenceOf("beto", ["logged-in", 0], ["paused", 1]),
      loggedIn,
    ],
    [],
    today,
  );
  expect(agents.map(({ agent }) => agent)).toEqual(["ana", "beto", "zeca"]);
  expect(countFree(agents)).toEqual(
    new Map([
      ["900", 2],
      ["901", 0],
    ]),
  );
});
