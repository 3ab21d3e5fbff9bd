import { expect, test } from "@jest/globals";
import type { Agent } from "@teravoz/protocol/client";
import { byState, findAgents } from "./agent-list.ts";

const agent = (name: string, state: Agent["state"], since: string | null, queues: string[] = []): Agent => ({
  agent: name,
  state,
  since,
  next_state: null,
  reason: null,
  queues: queues.map((queue) => ({ queue, paused: false })),
  call_id: null,
  taken: 0,
  missed: 0,
  mean_talk_ms: null,
});

test("agents are sorted by state, then by how long they have been in it; agents without a time come last", () => {
  const names = byState([
    agent("out", "LOGGED_OUT", "2026-01-01T10:00:00.000Z"),
    agent("young", "FREE", "2026-01-01T12:00:00.000Z"),
    agent("whenever", "FREE", null),
    agent("old", "FREE", "2026-01-01T11:00:00.000Z"),
    agent("talks", "TALKING", "2026-01-01T12:30:00.000Z"),
  ]).map((each) => each.agent);
  expect(names).toEqual(["talks", "old", "young", "whenever", "out"]);
});

test("agents are found by a part of their name or of a queue's name", () => {
  const all = [agent("Ana@example.com", "FREE", null, ["900"]), agent("beto", "FREE", null, ["Vendas"])];
  const found = (text: string) => findAgents(all, text).map((each) => each.agent);
  expect(found("ana@")).toEqual(["Ana@example.com"]);
  expect(found("vend")).toEqual(["beto"]);
  expect(found("")).toHaveLength(2);
  expect(found("zz")).toEqual([]);
});
