import { describe, expect, test } from "@jest/globals";
import { ana, at, beto, caio, callOf, q900, q901, type Sent, wholeSecond } from "../../testing/calls.ts";
import { MAX_TALKS } from "./talks.ts";

/** Each talk as its agent, its beginning and its end in seconds. */
const talksOf = (...sent: Sent[]) =>
  callOf(...sent).talks.map(({ agent, entered_at, ended_at }) => [
    agent,
    secondsOf(entered_at),
    secondsOf(ended_at),
  ]);
const secondsOf = (moment: Date | null) => moment && (moment.getTime() - at(0).getTime()) / 1_000;
const waiting: Sent = ["call.waiting", 0, q900];

describe("the talk of an agent", () => {
  test("lasts from the agent's own actor.entered to the agent's own actor.left", () => {
    const sent: Sent[] = [
      waiting,
      ["actor.entered", 5, ana],
      ["call.ongoing", 5.1],
      ["actor.entered", 50, beto],
      ["actor.left", 60, ana],
    ];
    expect(talksOf(...sent)).toEqual([
      ["ana", 5, 60],
      ["beto", 50, null],
    ]);
    expect(callOf(...sent)).toMatchObject({ actor: "beto", legs: [{ talked_until: null }] });
  });

  test("is kept for an agent who left before call.ongoing", () => {
    expect(talksOf(waiting, ["actor.entered", 5, ana], ["actor.left", 6, ana])).toEqual([["ana", 5, 6]]);
  });

  test("ends with an actor.left that names no agent, as do the talks of all others on the call", () => {
    expect(talksOf(["actor.entered", 1, ana], ["actor.left", 9])).toEqual([["ana", 1, 9]]);
    expect(talksOf(["actor.entered", 1, ana], ["actor.entered", 2, beto], ["actor.left", 9])).toEqual([
      ["ana", 1, 9],
      ["beto", 2, 9],
    ]);
  });

  test("is not ended by an agent who is not on the call", () => {
    expect(talksOf(["actor.entered", 1, ana], ["actor.left", 9, beto])).toEqual([["ana", 1, null]]);
  });

  test("ends with an actor.left that has the same login in upper or lower case", () => {
    expect(talksOf(["actor.entered", 1, { actor: "Ana" }], ["actor.left", 9, { actor: "aNA" }])).toEqual([
      ["Ana", 1, 9],
    ]);
  });

  test("ends with an actor.left that names the extension alone", () => {
    const entered: Sent[] = [
      ["actor.entered", 1, { ...ana, number: "201" }],
      ["actor.entered", 2, { ...beto, number: "202" }],
    ];
    expect(talksOf(...entered, ["actor.left", 9, { number: "201" }])).toEqual([
      ["ana", 1, 9],
      ["beto", 2, null],
    ]);
  });

  test("that began with the extension alone ends with an actor.left that names the login and the extension", () => {
    expect(
      talksOf(["actor.entered", 1, { number: "201" }], ["actor.left", 9, { ...ana, number: "201" }]),
    ).toEqual([["201", 1, 9]]);
  });

  test("continues if another login with the same extension leaves", () => {
    const entered: Sent[] = [
      ["actor.entered", 1, { ...ana, number: "200" }],
      ["actor.entered", 2, { ...beto, number: "200" }],
    ];
    expect(talksOf(...entered, ["actor.left", 9, { ...ana, number: "200" }])).toEqual([
      ["ana", 1, 9],
      ["beto", 2, null],
    ]);
  });

  test("continues if the agent enters again while on the call", () => {
    const sent: Sent[] = [
      ["actor.entered", 1, ana],
      ["actor.entered", 2, beto],
      ["actor.entered", 3, ana],
    ];
    expect(talksOf(...sent)).toEqual([
      ["ana", 1, null],
      ["beto", 2, null],
    ]);
    expect(callOf(...sent).actor).toBe("ana");
  });

  test("never ends before it began", () => {
    const left: Sent = ["actor.left", 1, { ...ana, timestamp: wholeSecond(1) }];
    expect(talksOf(["actor.entered", 1.4, ana], left)).toEqual([["ana", 1.4, 1.4]]);
  });

  test.each(["call.finished", "call.queue-abandon"])("ends with the call, by %s", (type) => {
    expect(talksOf(["actor.entered", 1, ana], ["actor.entered", 2, beto], [type, 9])).toEqual([
      ["ana", 1, 9],
      ["beto", 2, 9],
    ]);
  });
});

describe("an agent who enters", () => {
  test("with another queue than that of the visit ends the talks of the earlier agents", () => {
    const sent: Sent[] = [waiting, ["actor.entered", 5, ana], ["actor.entered", 50, { ...beto, ...q901 }]];
    expect(talksOf(...sent)).toEqual([
      ["ana", 5, 50],
      ["beto", 50, null],
    ]);
  });

  test("as the first after a transfer ends the talks of the earlier agents, and the second agent does not", () => {
    const sent: Sent[] = [
      waiting,
      ["actor.entered", 5, ana],
      ["call.waiting", 40, q901],
      ["actor.entered", 50, { ...beto, ...q901 }],
      ["actor.entered", 60, { ...caio, ...q901 }],
    ];
    expect(talksOf(...sent)).toEqual([
      ["ana", 5, 50],
      ["beto", 50, null],
      ["caio", 60, null],
    ]);
  });

  test("with the queue of the visit, or none, ends no other talk", () => {
    for (const fields of [{ ...beto, ...q900 }, beto])
      expect(talksOf(waiting, ["actor.entered", 5, ana], ["actor.entered", 50, fields])).toEqual([
        ["ana", 5, null],
        ["beto", 50, null],
      ]);
  });

  test("as the first in a visit that no transfer opened ends no other talk", () => {
    const sent: Sent[] = [
      ["actor.entered", 1, ana],
      ["call.waiting", 2, q900],
      ["actor.entered", 50, beto],
    ];
    expect(talksOf(...sent)).toEqual([
      ["ana", 1, null],
      ["beto", 50, null],
    ]);
  });
});

describe("the names of a call's agents", () => {
  test("are the login, else the extension of an actor's event, as written", () => {
    const { talks, agents } = callOf(
      ["actor.entered", 1, { actor: "Ana", number: "201" }],
      ["actor.entered", 2, { number: "202" }],
    );
    expect(talks).toMatchObject([
      { agent: "Ana", extension: "201" },
      { agent: "202", extension: "202" },
    ]);
    expect(agents).toEqual(["202", "ana"]);
  });

  test("are never numbers of a dialer's events", () => {
    expect(callOf(["call.new", 0], ["dialer.success", 1, { number: "11987654321" }])).toMatchObject({
      agents: [],
      actor: null,
    });
  });
});

test("the latest talks are kept if a call has too many", () => {
  const sent = Array.from({ length: 2 * MAX_TALKS }, (_, n): Sent[] => [
    ["actor.entered", 2 * n, { actor: `a${n}` }],
    ["actor.left", 2 * n + 1, { actor: `a${n}` }],
  ]);
  const { talks } = callOf(...sent.flat());
  expect(talks).toHaveLength(MAX_TALKS);
  expect(talks.at(-1)?.agent).toBe(`a${2 * MAX_TALKS - 1}`);
});
