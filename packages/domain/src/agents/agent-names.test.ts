import { describe, expect, test } from "@jest/globals";
import { at } from "../../testing/calls.ts";
import { createFindAgent } from "./agent-names.ts";
import type { FoldedPresence } from "./presence.ts";

const presence = (agent: string, ...extensions: [extension: string, seconds: number][]): FoldedPresence => ({
  agent,
  is_extension: false,
  queues: [],
  extensions: extensions.map(([extension, seconds]) => ({ extension, at: at(seconds) })),
  returns: [],
  said_at: at(0),
  updated_at: at(0),
});
const findAt = (seconds: number, ...presences: FoldedPresence[]) =>
  createFindAgent(presences)("201", "201", at(seconds));

describe("an event that names an extension alone", () => {
  test("belongs to the login that logged in with it", () => {
    expect(findAt(10, presence("Ana@x", ["201", 0]), presence("beto@x", ["202", 0]))).toBe("ana@x");
  });

  test("belongs to the login that logged in with it last at that time", () => {
    const both = [presence("ana", ["201", 0]), presence("beto", ["201", 100])];
    expect([findAt(99, ...both), findAt(100, ...both)]).toEqual(["ana", "beto"]);
  });

  test("belongs to the extension itself if no agent has logged in with it yet", () => {
    expect(findAt(5, presence("ana", ["201", 10]))).toBe("201");
    expect(findAt(5)).toBe("201");
  });

  test("belongs to the extension itself if its last two log-ins came at the same moment", () => {
    expect(findAt(10, presence("ana", ["201", 0]), presence("beto", ["201", 0]))).toBe("201");
  });

  test("belongs to one login if its log-ins were sent in two spellings", () => {
    expect(findAt(10, presence("Ana", ["201", 0]), presence("ana", ["201", 0]))).toBe("ana");
  });
});

test("an event that names a login belongs to that login in lower case, even if another agent has the extension", () => {
  const find = createFindAgent([presence("beto", ["201", 0])]);
  expect(find("ANA", "201", at(10))).toBe("ana");
  expect(find("ANA", null, at(10))).toBe("ana");
});
