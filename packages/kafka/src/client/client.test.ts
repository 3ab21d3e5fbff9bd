import { expect, test } from "@jest/globals";
import { createSeeds } from "./client.ts";

test("each new client tries the next broker of the list first and has the whole list", () => {
  const nextSeeds = createSeeds(["a:1", "b:2", "c:3"]);
  expect([nextSeeds(), nextSeeds(), nextSeeds(), nextSeeds()]).toEqual([
    ["a:1", "b:2", "c:3"],
    ["b:2", "c:3", "a:1"],
    ["c:3", "a:1", "b:2"],
    ["a:1", "b:2", "c:3"],
  ]);
});
