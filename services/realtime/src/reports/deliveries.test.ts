import { describe, expect, test } from "@jest/globals";
import { type ArrivedDeadLetter, foldCall, type LoggedEvent } from "@teravoz/domain";
import { COMMANDS } from "@teravoz/protocol";
import { createMemoryDeadLetters, createMemoryStore } from "@teravoz/store";
import { createDeliveries } from "./deliveries.ts";

const START = Date.UTC(2026, 10, 25, 12);
const at = (seconds: number) => new Date(START + seconds * 1_000);

function sampleEvent(n: number, sample: Partial<LoggedEvent> = {}): LoggedEvent {
  const payload = JSON.stringify({ type: "call.new", call_id: `call-${n}` });
  return {
    uuid: `event-${n}`,
    kind: "call",
    aggregate_id: `call-${n}`,
    type: "call.new",
    payload,
    occurred_at: at(n),
    received_at: at(n),
    source: { topic: "t", partition: 0, offset: n },
    ...sample,
  };
}

const sampleDeadLetter = (text: string, sample: Partial<ArrivedDeadLetter> = {}): ArrivedDeadLetter => ({
  key: null,
  type: "call.imagined",
  reason: "unprocessable",
  service: "ingest",
  source: null,
  first_seen: at(0),
  last_seen: at(0),
  body: Buffer.from(text),
  ...sample,
});

async function openDeliveries(events: LoggedEvent[], arrived: ArrivedDeadLetter[] = []) {
  const deadLetters = createMemoryDeadLetters();
  const queries = createMemoryStore({ deadLetters });
  const batch = { topic: "t", partition: 0, expected: null, next: 1 };
  await queries.apply({ ...batch, events }, foldCall);
  await deadLetters.add({ ...batch, deadLetters: arrived });
  const deliveries = createDeliveries({ queries, deadLetters, redrive: true, now: () => START });
  const list = async (asked: Partial<Parameters<typeof deliveries.list>[0]> = {}) => {
    const { report, next } = await deliveries.list({
      status: null,
      call_id: null,
      limit: 100,
      cursor: null,
      ...asked,
    });
    return { ids: report.deliveries.map(({ id }) => id), rows: report.deliveries, report, next };
  };
  return { list, body: deliveries.body };
}

describe("deliveries", () => {
  test("an event and a dead letter are rows of one shape, with our answer and without bodies", async () => {
    const event = sampleEvent(1);
    const { list } = await openDeliveries(
      [event, { ...event, source: { ...event.source, offset: 2 } }],
      [sampleDeadLetter("1"), sampleDeadLetter("1")],
    );
    const { rows, report } = await list();
    expect(report).toMatchObject({ now: at(0), redrive: true });
    const sent = JSON.parse(JSON.stringify(report));
    expect(COMMANDS.ListDeliveries.answer.parse(sent)).toEqual(sent);
    expect(rows).toEqual([
      {
        id: "event-1",
        kind: "call",
        key: "call-1",
        type: "call.new",
        answer: 200,
        letter: null,
        received_at: at(1),
        occurred_at: at(1),
        statuses: ["redelivered"],
        redeliveries: 1,
        overtaken_by: null,
      },
      {
        id: expect.any(String),
        kind: "letter",
        key: null,
        type: "call.imagined",
        answer: 422,
        received_at: at(0),
        occurred_at: null,
        statuses: ["unknown-type"],
        redeliveries: 1,
        overtaken_by: null,
        letter: {
          reason: "unprocessable",
          service: "ingest",
          status: "waiting",
          status_at: expect.any(Date),
          last_seen: at(0),
        },
      },
    ]);
  });

  test("a parked record shows the answer 200", async () => {
    const source = { topic: "t", partition: 0, offset: 1 };
    const { list } = await openDeliveries([], [sampleDeadLetter("1", { source })]);
    expect((await list()).rows).toMatchObject([{ answer: 200, statuses: ["parked"] }]);
  });

  test("with a status each page holds at most its limit, and all pages together hold each match once", async () => {
    const events = Array.from({ length: 300 }, (_, n) =>
      sampleEvent(n, n % 10 === 0 ? { occurred_at: at(n - 61) } : {}),
    );
    const { list } = await openDeliveries(events, [sampleDeadLetter("1"), sampleDeadLetter("2")]);
    const pages: string[][] = [];
    for (let cursor: string | null = null, more = true; more && pages.length <= 300; ) {
      const { ids, next }: { ids: string[]; next: string | null } = await list({
        status: "late",
        limit: 8,
        cursor,
      });
      expect(ids.length).toBeLessThanOrEqual(8);
      pages.push(ids);
      cursor = next;
      more = next !== null;
    }
    expect(pages.flat()).toEqual(Array.from({ length: 30 }, (_, n) => `event-${290 - n * 10}`));
    expect((await list({ status: "unknown-type" })).rows).toHaveLength(2);
    expect((await list({ status: "parked" })).rows).toEqual([]);
    expect((await list({ status: "new", limit: 500 })).rows).toHaveLength(270);
  });

  test("with a status a page holds at most its limit, even if many matches follow a few", async () => {
    const isLate = (n: number) => n < 8 || n % 3 === 0;
    const events = Array.from({ length: 16 }, (_, n) =>
      sampleEvent(n, isLate(n) ? { occurred_at: at(n - 61) } : {}),
    );
    const { list } = await openDeliveries(events);
    expect((await list({ status: "late", limit: 8 })).rows).toHaveLength(8);
  });

  test("a status without matches ends the page after a bounded read, and the next page continues there", async () => {
    const events = Array.from({ length: 2_500 }, (_, n) => sampleEvent(n));
    const { list } = await openDeliveries(events);
    const { rows, next } = await list({ status: "redelivered" });
    expect([rows, next]).toEqual([[], expect.any(String)]);
    expect(await list({ status: "redelivered", cursor: next })).toMatchObject({ rows: [], next: null });
  });

  test("the deliveries of one call or agent are found by its key", async () => {
    const { list } = await openDeliveries(
      [sampleEvent(1), sampleEvent(2)],
      [sampleDeadLetter("1", { key: "call-2" })],
    );
    expect((await list({ call_id: "call-2" })).rows.map(({ kind }) => kind)).toEqual(["call", "letter"]);
    expect((await list({ call_id: "unknown" })).rows).toEqual([]);
  });

  test("bodies are returned unchanged, or in base64 if they are not text", async () => {
    const binary = Buffer.from([0, 255]);
    const { list, body } = await openDeliveries(
      [sampleEvent(1)],
      [sampleDeadLetter("{ é }"), sampleDeadLetter("", { body: binary, first_seen: at(-1) })],
    );
    const { ids } = await list();
    expect(await Promise.all(ids.map(body))).toEqual([
      { id: ids[0], encoding: "utf8", body: sampleEvent(1).payload },
      { id: ids[1], encoding: "utf8", body: "{ é }" },
      { id: ids[2], encoding: "base64", body: binary.toString("base64") },
    ]);
    for (const id of ["unknown", "0".repeat(64)])
      expect(await body(id)).toEqual({ id, encoding: null, body: null });
  });
});
