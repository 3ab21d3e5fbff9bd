import { expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import type { OutgoingRecord } from "@teravoz/kafka";
import { createLatePublisher } from "./redrive.ts";

const record: OutgoingRecord = { topic: "t", key: "k", value: null };

function openLate() {
  const seen: string[] = [];
  const late = createLatePublisher(() => {
    seen.push("made");
    return {
      publish: async () => void seen.push("published"),
      check: () => ({ ok: true }),
      stop: async () => void seen.push("stopped"),
    };
  });
  return { late, seen };
}

test("a publisher is created once, with the first record, and stopped", async () => {
  const { late, seen } = openLate();
  await late.publish(record);
  await late.publish(record);
  await late.stop();
  expect(seen).toEqual(["made", "published", "published", "stopped"]);
});

test("a stop without a record stops no publisher, and none is created afterwards", async () => {
  const { late, seen } = openLate();
  await late.stop();
  await expect(late.publish(record)).rejects.toBeInstanceOf(Unavailable);
  expect(seen).toEqual([]);
});
