import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { createFold, type FoldRules } from "@teravoz/domain";
import { at, createWriter, findEvents, freshCallId, type Opened, sampleEvent } from "./samples.ts";

const TEST_LIMIT_MS = 30_000;

/** Rules with a zone that is five and a half hours ahead of UTC the whole year. */
const RULES: FoldRules = { region: "BR", senderZone: "Asia/Kolkata" };
const fold = createFold(RULES);
const AHEAD_S = 5.5 * 3_600;

/** The stamp of a moment as a clock of the sender shows it, without a zone. */
const local = (seconds: number) =>
  at(seconds + AHEAD_S)
    .toISOString()
    .replace("Z", "");

/** The promises of every store about stamps without a zone. `open` gives a store of an account with these rules. */
export function senderZoneContract(name: string, open: (rules: FoldRules) => Promise<Opened>): void {
  describe(`${name} reads stamps without a zone by the sender's zone`, () => {
    jest.setTimeout(TEST_LIMIT_MS);
    let opened: Opened;
    beforeAll(async () => {
      opened = await open(RULES);
    });
    afterAll(() => opened?.close());

    test("stamps without a zone count for the order and the stamps of a call's events, and for events that were overtaken", async () => {
      const aggregate_id = freshCallId();
      const sample = (type: string, timestamp: string, offset: number) =>
        sampleEvent({ aggregate_id, type, offset, body: { timestamp } });
      const events = [
        sample("actor.entered", at(20).toISOString(), 30),
        sample("call.waiting", local(0), 31),
        sample("call.finished", local(25), 32),
      ];
      await createWriter(opened).write(events, fold);
      const found = await findEvents(opened, aggregate_id);
      expect(found.map(({ type, occurred_at }) => [type, occurred_at])).toEqual([
        ["call.waiting", at(0)],
        ["actor.entered", at(20)],
        ["call.finished", at(25)],
      ]);
      const page = { limit: 10, cursor: null };
      const { items } = await opened.queries.listDeliveries({ key: aggregate_id }, page);
      const overtaken = items.flatMap((each) => ("event" in each ? each.event.overtaken_by : []));
      expect(overtaken).toEqual([null, "actor.entered", null]);
    });

    test("stamps without a zone count for agents now, at a moment of the past, and after a rebuild", async () => {
      const agent = `agent-${randomUUID()}`;
      const said = (type: string, seconds: number, offset: number) =>
        sampleEvent({
          kind: "agent",
          aggregate_id: agent,
          type,
          offset,
          body: { actor: agent, queue: "900", timestamp: local(seconds) },
        });
      const writer = createWriter(opened);
      await writer.write([said("actor.logged-in", 0, 1)], fold);
      await writer.write([said("actor.paused", 50, 60)], fold);
      const expected = { queues: [{ logged_in: at(0), paused: { at: at(50) } }] };
      expect(await opened.queries.listPresences([agent])).toMatchObject([expected]);
      const past = await opened.queries.listPastPresences(at(60));
      expect(past.find((each) => each.agent === agent)).toMatchObject(expected);
      expect(await opened.store.compareAgents([agent], fold)).toEqual([]);
    });
  });
}
