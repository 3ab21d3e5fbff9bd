import { describe, expect, test } from "@jest/globals";
import { after, ana, bia, countLines, type Line } from "../story.ts";

const presence = (seconds: number, type: string, fields: object = {}): Line => [
  seconds,
  `actor.${type}`,
  { ...ana, ...fields, call_id: undefined },
];
const c2 = { call_id: "c2" };
const agentOf = (lines: Line[], now?: number) =>
  countLines(lines, now).agents.find(({ agent }) => /ana/i.test(agent));
const shown = (lines: Line[], now?: number): string => {
  const row = agentOf(lines, now);
  return row ? `${row.state} since ${(row.since - after(0)) / 1_000}` : "no row";
};

const talk: Line[] = [
  [1, "call.waiting", { queue: "900" }],
  [10, "actor.entered", ana],
  [11, "call.ongoing"],
];

describe("the state of an agent", () => {
  test("is talking while a pause is received, and paused from the end of the talk on", () => {
    const paused = [...talk, presence(60, "paused")];
    expect(agentOf(paused)).toMatchObject({ state: "TALKING", call_id: "c1", next_state: "PAUSED" });
    expect(shown([...paused, [90, "actor.left", ana]])).toBe("PAUSED since 90");
    const before = [presence(5, "paused"), ...talk];
    expect(agentOf(before)).toMatchObject({ state: "TALKING", next_state: null });
    expect(shown([...before, [90, "actor.left", ana]])).toBe("PAUSED since 5");
  });
  test("is ringing for two minutes at most", () => {
    const rung: Line[] = [
      [1, "call.waiting"],
      [2, "actor.ringing", ana],
    ];
    expect(shown(rung, 122)).toBe("RINGING since 2");
    expect(shown(rung, 123)).toBe("FREE since 122");
  });
  test("is not ringing once another agent has answered", () => {
    expect(
      shown(
        [
          [1, "call.waiting"],
          [2, "actor.ringing", ana],
          [5, "actor.entered", bia],
        ],
        6,
      ),
    ).toBe("FREE since 5");
  });
  test("is paused only if the agent is paused in all queues", () => {
    const q900 = { queue: "900" };
    const lines = [presence(0, "logged-in", q900), presence(0, "logged-in", { queue: "901" })];
    expect(shown([...lines, presence(9, "paused", q900)])).toBe("FREE since 0");
    expect(shown([...lines, presence(9, "paused")])).toBe("PAUSED since 9");
  });
  test("does not change if a pause and its end happen in one second", () => {
    const at = { timestamp: "2026-11-29T15:00:30Z" };
    const pair = [presence(30, "unpaused", at), presence(30, "paused", at)];
    expect(shown(pair)).toBe("FREE since 30");
    expect(shown([presence(5, "paused"), ...pair])).toBe("PAUSED since 5");
  });
  test("is unknown after a day without events, and the row is gone after thirty days", () => {
    expect(shown([presence(0, "logged-in")], 86_401)).toBe("UNKNOWN since 0");
    expect(shown([presence(0, "logged-in")], 30 * 86_400 + 1)).toBe("no row");
  });
  test("is logged out after a log-out, and the row is gone after a day", () => {
    expect(shown([presence(0, "logged-out")], 86_400)).toBe("LOGGED_OUT since 0");
    expect(shown([presence(0, "logged-out")], 86_401)).toBe("no row");
    const served: Line[] = [...talk, [60, "call.finished"], presence(70, "logged-out")];
    expect(shown(served, 86_471)).toBe("LOGGED_OUT since 70");
  });
});

describe("a talk", () => {
  test("ends when the agent enters another call", () => {
    const lines: Line[] = [
      ...talk,
      [60, "actor.entered", { ...ana, ...c2 }],
      [70, "actor.left", { ...ana, ...c2 }],
    ];
    expect(agentOf(lines)).toMatchObject({ state: "FREE", taken: 2, mean_talk_ms: 30_000 });
  });
  test("is interrupted by an internal call, whose time does not count", () => {
    const consult: Line[] = [
      [50, "actor.entered", { ...ana, ...c2, direction: "internal" }],
      [60, "actor.left", { ...ana, ...c2 }],
    ];
    expect(agentOf([...talk, ...consult.slice(0, 1)])).toMatchObject({ state: "TALKING", call_id: "c2" });
    expect(agentOf([...talk, ...consult])).toMatchObject({ state: "TALKING", call_id: "c1" });
    const over: Line[] = [...talk, ...consult, [110, "actor.left", ana]];
    expect(agentOf(over)).toMatchObject({ state: "FREE", taken: 1, mean_talk_ms: 90_000 });
  });
  test("ends at a log-in only after a log-out", () => {
    expect(agentOf([...talk, presence(60, "logged-in")])?.state).toBe("TALKING");
    expect(shown([...talk, presence(60, "logged-out"), presence(70, "logged-in")])).toBe("FREE since 70");
  });
});

describe("a missed ring", () => {
  const missed = (...lines: Line[]) => agentOf([[1, "call.waiting"], ...lines])?.missed;
  test("is counted for each noanswer, with or without its ring", () => {
    expect(missed([2, "actor.ringing", ana], [9, "actor.noanswer", ana], [30, "actor.noanswer", ana])).toBe(
      2,
    );
  });
  test("is not counted on an outbound call", () => {
    expect(missed([2, "call.ongoing", { direction: "outbound" }], [9, "actor.noanswer", ana])).toBe(0);
  });
  test("is not counted within a second after another agent entered", () => {
    expect(missed([9, "actor.entered", bia], [10, "actor.noanswer", ana])).toBe(0);
    expect(missed([9, "actor.entered", bia], [10.001, "actor.noanswer", ana])).toBe(1);
    expect(missed([9.2, "actor.noanswer", ana], [9.9, "actor.entered", bia])).toBe(0);
  });
});

describe("an event that has only an extension", () => {
  const only = { number: "201" };
  test("belongs to the login that logged in with it last", () => {
    const lines: Line[] = [presence(0, "logged-in"), [5, "actor.entered", only]];
    expect(countLines(lines).agents).toMatchObject([{ agent: "ana", state: "TALKING" }]);
  });
  test("is a missed ring of the agent who rings with that extension in the same call", () => {
    const lines: Line[] = [
      [2, "actor.ringing", ana],
      [9, "actor.noanswer", only],
    ];
    expect(countLines(lines).agents).toMatchObject([{ agent: "ana", state: "FREE", missed: 1 }]);
  });
  test("belongs to an agent named by the extension if two agents logged in with it at once", () => {
    const lines: Line[] = [
      presence(0, "logged-in"),
      presence(0, "logged-in", { actor: "bia" }),
      [5, "actor.entered", only],
    ];
    expect(countLines(lines).agents.map(({ agent, state }) => [agent, state])).toContainEqual([
      "201",
      "TALKING",
    ]);
  });
});

test("an agent is shown with the latest spelling of the login", () => {
  expect(agentOf([...talk, presence(60, "paused", { actor: "ANA" })])?.agent).toBe("ANA");
});
