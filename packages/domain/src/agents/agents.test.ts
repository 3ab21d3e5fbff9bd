import { describe, expect, test } from "@jest/globals";
import { ana, at, beto, q900, receive, type Sent } from "../../testing/calls.ts";
import { foldCall } from "../call/call.ts";
import type { Event } from "../event/event.ts";
import { type Agent, countAgents, countFree } from "./agents.ts";
import { applyPresence } from "./presence.ts";

const now = at(3_600);
const today = { window: { from: at(-43_200), to: at(86_400) }, now };

type Said = [type: string, seconds: number, queue?: string | null, body?: Record<string, unknown>];

function presenceOf(agent: string, ...all: Said[]) {
  const events = all.map(
    ([type, seconds, queue = "900", body]): Event => ({
      uuid: `${agent}-${type}-${seconds}-${queue}`,
      kind: "agent",
      aggregate_id: agent,
      type: `actor.${type}`,
      occurred_at: at(seconds),
      received_at: at(seconds),
      payload: JSON.stringify({ actor: agent, queue, timestamp: at(seconds).toISOString(), ...body }),
    }),
  );
  return applyPresence(null, events)!;
}

/** A call whose call_id contains the time of its first event. */
const callOf = (...sent: Sent[]) =>
  foldCall(
    sent.map(([type, seconds, fields]) =>
      receive([type, seconds, { call_id: `call-${sent[0]![1]}`, ...fields }]),
    ),
  )!;

const agentOf = (...given: Parameters<typeof countAgents>): Agent => countAgents(...given)[0]!;
const standing = ({ state, since }: Agent) => [state, since];

const loggedIn = presenceOf("ana", ["logged-in", 0]);
const talking = (seconds: number, fields: Record<string, unknown> = {}): Sent[] => [
  ["actor.entered", seconds, { ...ana, ...fields }],
  ["call.ongoing", seconds + 0.1, fields],
];

describe("the state of an agent", () => {
  test("is FREE since the log-in if no other event came", () => {
    expect(agentOf([loggedIn], [], today)).toEqual({
      agent: "ana",
      state: "FREE",
      since: at(0),
      next_state: null,
      reason: null,
      queues: [{ queue: "900", paused: false }],
      call_id: null,
      taken: 0,
      missed: 0,
      mean_talk_ms: null,
    });
  });

  test("is RINGING, then TALKING, and FREE again since the end of the talk", () => {
    const ringing = callOf(["actor.ringing", 3_590, ana]);
    expect(agentOf([loggedIn], [ringing], today)).toMatchObject({
      state: "RINGING",
      since: at(3_590),
      call_id: "call-3590",
    });
    const talk = callOf(["actor.ringing", 10, ana], ["actor.entered", 14, ana]);
    expect(agentOf([loggedIn], [talk], today)).toMatchObject({
      state: "TALKING",
      since: at(14),
      call_id: "call-10",
      taken: 1,
      mean_talk_ms: null,
    });
    const left = callOf(["actor.entered", 14, ana], ["actor.left", 74, ana], ["call.finished", 75]);
    expect(agentOf([loggedIn], [left], today)).toMatchObject({
      state: "FREE",
      since: at(74),
      call_id: null,
      taken: 1,
      mean_talk_ms: 60_000,
    });
  });

  test("is FREE since the end of a missed ring, which is counted", () => {
    const missed = callOf(["actor.ringing", 10, ana], ["actor.noanswer", 30, ana]);
    expect(agentOf([loggedIn], [missed], today)).toMatchObject({
      state: "FREE",
      since: at(30),
      missed: 1,
      taken: 0,
    });
  });

  test("is RINGING for at most two minutes if the end of the ring was never received", () => {
    const stateAfter = (seconds: number) =>
      agentOf([loggedIn], [callOf(["actor.ringing", 10, ana])], { ...today, now: at(10 + seconds) }).state;
    expect([stateAfter(119), stateAfter(120)]).toEqual(["RINGING", "FREE"]);
  });

  test("is PAUSED with the reason of the pause until the pause ends or the agent logs in again", () => {
    const paused: Said[] = [
      ["logged-in", 0],
      ["paused", 60, "900", { reason: "lunch" }],
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

  test("is RINGING if a ring comes during a pause, and PAUSED again after the ring", () => {
    const paused = presenceOf("ana", ["logged-in", 0], ["paused", 60]);
    const ring: Sent = ["actor.ringing", 3_590, ana];
    expect(standing(agentOf([paused], [callOf(ring)], today))).toEqual(["RINGING", at(3_590)]);
    const missed = callOf(ring, ["actor.noanswer", 3_595, ana]);
    expect(standing(agentOf([paused], [missed], today))).toEqual(["PAUSED", at(60)]);
  });

  test("is PAUSED after a pause in each queue of the agent, and LOGGED_OUT after a log-out from each", () => {
    const both: Said[] = [
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
    const all = presenceOf("ana", ...both, ["paused", 9, "901", { reason: "lunch" }], ["paused", 8]);
    expect(agentOf([all], [], today)).toMatchObject({ state: "PAUSED", since: at(9), reason: "lunch" });
    const halfOut = presenceOf("ana", ...both, ["paused", 9, "901"], ["logged-out", 12]);
    expect(standing(agentOf([halfOut], [], today))).toEqual(["PAUSED", at(9)]);
    const out = presenceOf("ana", ...both, ["logged-out", 12], ["logged-out", 13, "901"]);
    expect(agentOf([out], [], today)).toMatchObject({ state: "LOGGED_OUT", since: at(13), queues: [] });
  });

  test("changes in all queues after a pause, its end or a log-out without a queue", () => {
    const both: Said[] = [
      ["logged-in", 0],
      ["logged-in", 1, "901"],
    ];
    const stateOf = (...more: Said[]) => agentOf([presenceOf("ana", ...both, ...more)], [], today).state;
    expect(stateOf(["paused", 9, null])).toBe("PAUSED");
    expect(stateOf(["paused", 9, "900"], ["paused", 9, "901"], ["unpaused", 10, null])).toBe("FREE");
    expect(stateOf(["logged-out", 9, null])).toBe("LOGGED_OUT");
    expect(stateOf(["logged-out", 9, null], ["logged-in", 10])).toBe("FREE");
  });

  test("follows actor.unpaused or actor.logged-out if both events of a pair came in one second and none came before", () => {
    expect(agentOf([presenceOf("ana", ["unpaused", 5], ["paused", 5])], [], today).state).toBe("FREE");
    expect(agentOf([presenceOf("ana", ["logged-out", 5], ["logged-in", 5])], [], today).state).toBe(
      "LOGGED_OUT",
    );
  });

  test("is PAUSED after a pause, even if no log-in was received", () => {
    expect(agentOf([presenceOf("ana", ["paused", 5])], [], today)).toMatchObject({
      state: "PAUSED",
      queues: [{ queue: "900", paused: true }],
    });
  });

  test("follows from calls alone: TALKING on a call, FREE after it and UNKNOWN after a day", () => {
    expect(agentOf([], [callOf(["actor.entered", 5, beto])], today)).toMatchObject({
      agent: "beto",
      state: "TALKING",
    });
    const over = callOf(["actor.entered", 5, beto], ["call.finished", 9]);
    expect(agentOf([], [over], today)).toMatchObject({ state: "FREE", since: at(9), taken: 1, queues: [] });
    const tomorrow = { ...today, now: at(9 + 86_400) };
    expect(agentOf([], [over], tomorrow)).toMatchObject({ state: "UNKNOWN", since: at(9) });
  });

  test("is not TALKING on a call that is presumed lost", () => {
    const late = { ...today, now: at(20 + 4 * 3_600) };
    expect(agentOf([loggedIn], [callOf(["actor.entered", 10, ana])], late)).toMatchObject({
      state: "FREE",
      call_id: null,
    });
  });
});

describe("an agent on a call is TALKING", () => {
  test.each<[string, Said, Partial<Agent>]>([
    ["a pause", ["paused", 60, "900", { reason: "lunch" }], { next_state: "PAUSED", reason: "lunch" }],
    ["a log-out", ["logged-out", 60], { next_state: "LOGGED_OUT", reason: null }],
    ["a log-in", ["logged-in", 60], { next_state: null }],
  ])("even after %s, which sets the next state", (_what, said, expected) => {
    const presence = presenceOf("ana", ["logged-in", 0], said);
    expect(agentOf([presence], [callOf(...talking(10))], today)).toMatchObject({
      state: "TALKING",
      since: at(10),
      ...expected,
    });
  });

  test("even while another call rings", () => {
    const ring = callOf(["actor.ringing", 3_590, ana]);
    expect(agentOf([loggedIn], [callOf(...talking(10)), ring], today)).toMatchObject({
      state: "TALKING",
      call_id: "call-10",
    });
  });

  test("without a next state if the pause came before the talk", () => {
    const paused = presenceOf("ana", ["logged-in", 0], ["paused", 5]);
    expect(agentOf([paused], [callOf(...talking(10))], today)).toMatchObject({
      state: "TALKING",
      next_state: null,
      reason: null,
    });
  });

  test("until the talk ends; a pause or a log-out during the talk counts from then on", () => {
    const call = callOf(...talking(10), ["actor.left", 100, ana]);
    for (const [type, state] of [
      ["paused", "PAUSED"],
      ["logged-out", "LOGGED_OUT"],
    ] as const) {
      const presence = presenceOf("ana", ["logged-in", 0], [type, 60]);
      expect(standing(agentOf([presence], [call], today))).toEqual([state, at(100)]);
    }
  });
});

describe("an agent has one talk at a time", () => {
  test("entering another call ends the older talk, whose actor.left never came", () => {
    const calls = [callOf(...talking(10)), callOf(...talking(100), ["actor.left", 160, ana])];
    expect(agentOf([loggedIn], calls, today)).toMatchObject({
      state: "FREE",
      since: at(160),
      taken: 2,
      mean_talk_ms: 75_000,
    });
  });

  test("an internal consult interrupts the talk, which continues afterwards", () => {
    const consult = callOf(...talking(50, { direction: "internal" }), ["actor.left", 80, ana]);
    expect(agentOf([loggedIn], [callOf(...talking(10)), consult], today)).toMatchObject({
      state: "TALKING",
      since: at(10),
      call_id: "call-10",
      taken: 1,
    });
  });

  test("a log-in ends the talk only if a log-out came during the talk", () => {
    const call = callOf(...talking(10));
    const again = presenceOf("ana", ["logged-in", 0], ["logged-in", 60]);
    expect(agentOf([again], [call], today).state).toBe("TALKING");
    const back = presenceOf("ana", ["logged-in", 0], ["logged-out", 50], ["logged-in", 60]);
    expect(standing(agentOf([back], [call], today))).toEqual(["FREE", at(60)]);
  });
});

describe("an agent 24 hours after the last log-in or pause", () => {
  const afterMs = (ms: number) => ({ ...today, now: new Date(at(0).getTime() + ms) });

  test("is UNKNOWN, measured by the stamps of the events, and counts as free in no queue", () => {
    const before = countAgents([loggedIn], [], afterMs(86_399_999));
    expect(before).toMatchObject([{ state: "FREE" }]);
    const after = countAgents([loggedIn], [], afterMs(86_400_000));
    expect(after).toMatchObject([{ state: "UNKNOWN", since: at(0) }]);
    expect(countFree(after)).toEqual(new Map([["900", 0]]));
  });

  test("is UNKNOWN even if paused", () => {
    expect(agentOf([presenceOf("ana", ["paused", 0])], [], afterMs(86_400_000)).state).toBe("UNKNOWN");
  });

  test("is FREE if a call named the agent within that time", () => {
    const call = callOf(["actor.noanswer", 3_600, ana]);
    expect(agentOf([loggedIn], [call], afterMs(86_400_000)).state).toBe("FREE");
  });

  test("is no longer listed after 30 days", () => {
    expect(countAgents([loggedIn], [], afterMs(30 * 86_400_000 - 1))).toHaveLength(1);
    expect(countAgents([loggedIn], [], afterMs(30 * 86_400_000))).toEqual([]);
  });

  test("is no longer listed if logged out", () => {
    const out = presenceOf("ana", ["logged-out", 0]);
    expect(countAgents([out], [], afterMs(86_399_999))).toMatchObject([{ state: "LOGGED_OUT" }]);
    expect(countAgents([out], [], afterMs(86_400_000))).toEqual([]);
  });
});

describe("an agent's name", () => {
  test("is the same in upper and lower case, and shown as it was last written", () => {
    const presence = presenceOf("ANA", ["logged-in", 0]);
    const call = callOf(["actor.entered", 10, { actor: "Ana" }], ["actor.left", 20, { actor: "ana" }]);
    expect(countAgents([presence], [call], today)).toMatchObject([{ agent: "Ana", taken: 1, state: "FREE" }]);
  });

  test("is the login that logged in with the extension, if a call names the extension alone", () => {
    const presence = presenceOf("ana", ["logged-in", 0, "900", { number: "201" }]);
    const call = callOf(["actor.entered", 10, { number: "201" }]);
    expect(countAgents([presence], [call], today)).toMatchObject([
      { agent: "ana", state: "TALKING", taken: 1 },
    ]);
  });

  test("is the extension if no agent logged in with it", () => {
    const call = callOf(["actor.entered", 10, { number: "202" }]);
    expect(countAgents([loggedIn], [call], today).map(({ agent }) => agent)).toEqual(["202", "ana"]);
  });
});

test("talks and rings outside the window are not counted", () => {
  const calls = [
    callOf(["actor.entered", 10, ana], ["actor.left", 20, ana]),
    callOf(["actor.entered", 100, ana], ["call.finished", 130]),
    callOf(["actor.noanswer", 19, ana]),
    callOf(["actor.noanswer", 20.5, ana]),
  ];
  const window = { from: at(20), to: at(130) };
  expect(agentOf([loggedIn], calls, { window, now })).toMatchObject({
    taken: 1,
    missed: 1,
    mean_talk_ms: 10_000,
  });
});

test.each(["outbound", "internal"])(
  "%s calls count in neither the talks nor the rings of an agent",
  (direction) => {
    const calls = [
      callOf(...talking(10, { direction }), ["actor.left", 20, ana]),
      callOf(["actor.noanswer", 30, { ...ana, direction }]),
    ];
    expect(agentOf([loggedIn], calls, today)).toMatchObject({
      state: "FREE",
      taken: 0,
      missed: 0,
      mean_talk_ms: null,
    });
  },
);

test("missed rings beyond the kept ones count only in a window that contains the whole call", () => {
  const rounds = Array.from({ length: 30 }, (_, n): Sent => ["actor.noanswer", 20 * n, ana]);
  const call = callOf(...rounds);
  expect(agentOf([loggedIn], [call], today).missed).toBe(30);
  const late = { from: at(500), to: at(86_400) };
  expect(agentOf([loggedIn], [call], { window: late, now }).missed).toBe(5);
});

test("agents are listed by name, and free agents are counted by queue", () => {
  const agents = countAgents(
    [
      presenceOf("zeca", ["logged-in", 0], ["logged-in", 0, "901"], ["paused", 1, "901"]),
      presenceOf("beto", ["logged-in", 0], ["paused", 1]),
      loggedIn,
    ],
    [callOf(["call.waiting", 0, q900])],
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
