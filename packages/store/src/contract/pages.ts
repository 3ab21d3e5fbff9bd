import { expect, test } from "@jest/globals";
import {
  type CallFilter,
  type CallOrder,
  type CallWindow,
  createReadTelephone,
  InvalidCursor,
  orderEvents,
  type Page,
  readSearch,
  type StoredEvent,
} from "@teravoz/domain";
import { at, createWriter, findEvents, freshCallId, freshTopic, sampleEvent, type Use } from "./samples.ts";

async function collect<T>(read: (cursor: string | null) => Promise<Page<T>>): Promise<T[][]> {
  const pages: T[][] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(cursor);
    pages.push(page.items);
    cursor = page.next;
  } while (cursor !== null);
  return pages;
}

export function describePages(use: Use): void {
  /** Writes calls that share a code which no other test uses. */
  const writeCalls = async (bodies: Record<string, unknown>[], code = freshTopic()) => {
    const events = bodies.map((body) => sampleEvent({ body: { code, ...body } }));
    for (const event of events) await createWriter(use()).write([event]);
    return { code, ids: events.map(({ aggregate_id }) => aggregate_id) };
  };
  const list = async (filter: CallFilter, limit = 100) =>
    (await use().queries.listCalls(filter, { limit, cursor: null })).items.map(
      ({ aggregate_id }) => aggregate_id,
    );

  test("calls are listed newest first, page by page, each once", async () => {
    const { code, ids } = await writeCalls(Array.from({ length: 7 }, () => ({})));
    const pages = await collect((cursor) => use().queries.listCalls({ code }, { limit: 3, cursor }));
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat().map(({ aggregate_id }) => aggregate_id)).toEqual(ids.reverse());
  });

  test("a full last page has no next page", async () => {
    const { code } = await writeCalls([{}, {}]);
    const page = await use().queries.listCalls({ code }, { limit: 2, cursor: null });
    expect(page).toMatchObject({ items: [{ code }, { code }], next: null });
  });

  test("a listing without filter holds all calls, and a call has exactly its fields", async () => {
    const { ids } = await writeCalls([{}]);
    const { items } = await use().queries.listCalls({}, { limit: 1, cursor: null });
    expect(items.map(({ aggregate_id }) => aggregate_id)).toEqual(ids);
    expect(Object.keys(items[0]!).sort()).toEqual(
      `abandoned abandoned_at actor agents aggregate_id answered_at began_at code connected_at counted_as created_at
       direction events finished_at fold id legs our_number our_number_canonical our_number_display queue queues
       recording_url rings state talks their_number their_number_canonical their_number_display their_number_type
       updated_at version waiting_since`.split(/\s+/),
    );
    expect(items).toEqual(await use().queries.findCalls(ids));
  });

  test("each field filters by equality, several fields filter together, and an undefined field does not filter", async () => {
    const body = {
      queue: "900",
      our_number: "551133334444",
      their_number: "5511999990000",
      direction: "inbound",
    };
    const { code, ids } = await writeCalls([
      body,
      { ...body, queue: "901" },
      { ...body, direction: "outbound" },
    ]);
    const [call] = await use().queries.findCalls([ids[0]!]);
    expect(await list({ code, queue: "900", direction: "inbound" })).toEqual([ids[0]]);
    expect(await list({ code, our_number: body.our_number, their_number: body.their_number })).toHaveLength(
      3,
    );
    expect(await list({ code, state: "NEW" })).toHaveLength(3);
    expect(await list({ code, state: "FINISHED" })).toEqual([]);
    expect(await list({ code, actor: null })).toHaveLength(3);
    expect(await list({ id: call!.id })).toEqual([ids[0]]);
    expect(await list({ aggregate_id: ids[1]! })).toEqual([ids[1]]);
    const unset = { code, queue: undefined } as unknown as CallFilter;
    expect(await list(unset)).toHaveLength(3);
  });

  /** Makes a call from these steps, one second apart. */
  const life = (body: Record<string, unknown>, steps: [type: string, more?: Record<string, unknown>][]) => {
    const aggregate_id = freshCallId();
    return steps.map(([type, more], offset) =>
      sampleEvent({ aggregate_id, type, offset, body: { ...body, ...more } }),
    );
  };
  const idOf = ([event]: readonly { aggregate_id: string }[]) => event!.aggregate_id;

  test("a call is found by every agent who was on it, in upper or lower case, and by every queue it was in, even after it has ended", async () => {
    const code = freshTopic();
    const moved = life({ code }, [
      ["call.waiting", { queue: "900" }],
      ["actor.entered", { actor: "Ana@example.com" }],
      ["actor.left", { actor: "Ana@example.com" }],
      ["call.waiting", { queue: "901" }],
      ["actor.entered", { actor: "beto" }],
    ]);
    const over = life({ code }, [
      ["call.waiting", { queue: "900" }],
      ["actor.entered", { actor: "ana@example.com" }],
      ["actor.left", { actor: "ana@example.com" }],
      ["call.finished"],
    ]);
    await createWriter(use()).write([...moved, ...over]);
    for (const order of ["id", "began_at"] as const) {
      const found = async (filter: CallFilter) => {
        const { items } = await use().queries.listCalls(
          { code, ...filter },
          { limit: 9, cursor: null, order },
        );
        return items.map(({ aggregate_id }) => aggregate_id).sort();
      };
      const both = [idOf(moved), idOf(over)].sort();
      expect(await found({ agent: "ANA@example.com" })).toEqual(both);
      expect(await found({ agent: "beto" })).toEqual([idOf(moved)]);
      expect(await found({ agent: "caio" })).toEqual([]);
      expect(await found({ visited: "900" })).toEqual(both);
      expect(await found({ visited: "901" })).toEqual([idOf(moved)]);
      expect(await found({ queue: "900" })).toEqual([idOf(over)]);
    }
  });

  test("a search finds a call by a queue it has left and an agent who has left it", async () => {
    const [queue, agent] = [freshTopic(), `agent${freshDigits()}`];
    const moved = life({}, [
      ["call.waiting", { queue }],
      ["actor.entered", { actor: `${agent}@example.com` }],
      ["actor.left", { actor: `${agent}@example.com` }],
      ["call.waiting", { queue: "901" }],
      ["actor.entered", { actor: "beto" }],
    ]);
    await createWriter(use()).write(moved);
    for (const text of [queue, agent, agent.toUpperCase()]) {
      const search = readSearch(text, { readTelephone, queues: new Map() });
      expect(await list({ search })).toEqual([idOf(moved)]);
    }
  });

  test("the filter by waiting callers lists inbound calls that no agent has answered", async () => {
    const code = freshTopic();
    const direction = "outbound";
    const [waits, answered, dialled, over] = [
      life({ code }, [["call.new"], ["call.waiting", { queue: "900" }]]),
      life({ code }, [
        ["call.waiting", { queue: "900" }],
        ["actor.entered", { actor: "ana" }],
      ]),
      life({ code, direction }, [["call.waiting", { queue: "900" }]]),
      life({ code }, [["call.waiting", { queue: "900" }], ["call.finished"]]),
    ];
    await createWriter(use()).write([...waits, ...answered, ...dialled, ...over]);
    expect(await list({ code, waiting: true })).toEqual([idOf(waits)]);
    expect(await list({ code, counted_as: "outbound" })).toEqual([idOf(dialled)]);
    expect(await list({ code, counted_as: "inbound" })).toHaveLength(3);
  });

  /** Writes calls that are stored in another order than they began. Two of them began at the same moment. */
  const writeBegun = async () => {
    const code = freshTopic();
    const begun = [30, 10, 20, 20, 40];
    const queue = freshTopic();
    const our_number = `+999${freshDigits()}`;
    const events = begun.map((seconds) => {
      const timestamp = at(seconds).toISOString();
      return sampleEvent({ type: "call.waiting", offset: 60, body: { code, timestamp, queue, our_number } });
    });
    for (const event of events) await createWriter(use()).write([event]);
    const names = new Map(events.map(({ aggregate_id }, n) => [aggregate_id, n]));
    const inOrder = async (filter: CallFilter, limit: number, window: CallWindow = {}) => {
      const read = (cursor: string | null) =>
        use().queries.listCalls(filter, { limit, cursor, window, order: "began_at" });
      return (await collect(read)).flat().map(({ aggregate_id }) => names.get(aggregate_id));
    };
    return { code, queue, our_number, inOrder };
  };

  test("calls are listed by their beginning, newest first, then by id, each once over all pages, with any filter", async () => {
    const { code, queue, our_number, inOrder } = await writeBegun();
    const search = (text: string) => readSearch(text, { readTelephone, queues: new Map() });
    const number = readTelephone(our_number)!.canonical;
    const filters: CallFilter[] = [
      { code },
      { code, counted_as: "inbound" as const },
      { visited: queue },
      { queue },
      { number },
      { our_number },
      { code, waiting: true as const },
      { search: search(queue) },
      { search: search(our_number) },
      { search: search(queue), number },
    ];
    for (const filter of filters)
      for (const limit of [1, 2, 3, 99]) expect(await inOrder(filter, limit)).toEqual([4, 0, 3, 2, 1]);
  });

  test("a window in the order of began_at contains the calls that began in it", async () => {
    const { code, queue, inOrder } = await writeBegun();
    for (const filter of [{ code }, { visited: queue }]) {
      expect(await inOrder(filter, 1, { since: at(20) })).toEqual([4, 0, 3, 2]);
      expect(await inOrder(filter, 2, { since: at(20), until: at(40) })).toEqual([0, 3, 2]);
      expect(await inOrder(filter, 2, { until: at(20) })).toEqual([1]);
      expect(await inOrder(filter, 2, { since: at(41) })).toEqual([]);
    }
  });

  test("a cursor of the other order, or of no order, is refused", async () => {
    const { code } = await writeBegun();
    const { listCalls } = use().queries;
    const next = async (order: CallOrder) =>
      (await listCalls({ code }, { limit: 1, cursor: null, order })).next!;
    const forged = ["1/", "/1", "01/1", "1/01", "1/0", "9999999999999999/1", "1/9007199254740993", "x/1"];
    const cursors = forged.map((text) => Buffer.from(text).toString("base64url"));
    for (const [order, cursor] of [
      ["id", await next("began_at")],
      ["began_at", await next("id")],
      ...cursors.map((each) => ["began_at", each] as const),
    ] as const)
      await expect(listCalls({ code }, { limit: 1, cursor, order })).rejects.toBeInstanceOf(InvalidCursor);
  });

  const readTelephone = createReadTelephone("BR");
  /** Digits that no other test uses. Behind +999, which is not a country, numbers are stored as they are written. */
  const freshDigits = () => `${Math.floor(1e7 + Math.random() * 9e7)}`;

  test("a filter by number lists the calls of both sides newest first, in any spelling, page by page", async () => {
    const line = `${Math.floor(1e7 + Math.random() * 9e7)}`;
    const spellings = [`5511 9${line}`, `(11) 9${line}`, `sip:+55119${line}@203.0.113.7`, `01511 9${line}`];
    const { ids } = await writeCalls([
      ...spellings.map((their_number) => ({ their_number })),
      ...spellings.map((our_number) => ({ our_number, their_number: "5521933334444" })),
      { their_number: `5521 9${line}` },
    ]);
    const number = readTelephone(`119${line}`)!.canonical;
    const pages = await collect((cursor) => use().queries.listCalls({ number }, { limit: 3, cursor }));
    expect(pages.map((page) => page.length)).toEqual([3, 3, 2]);
    expect(pages.flat().map(({ aggregate_id }) => aggregate_id)).toEqual(ids.slice(0, -1).reverse());
    expect(await list({ number, state: "FINISHED" })).toEqual([]);
    expect(await list({ number: `9${line}` })).toEqual([]);
  });

  test("a search lists the calls that match any meaning of its text, each once, newest first, page by page", async () => {
    const [digits, name, queue] = [freshDigits(), `Ana.${freshTopic()}`, freshTopic()];
    const account = { readTelephone, queues: new Map([[queue, { name: `Fila ${digits}` }]]) };
    const search = (text: string) => readSearch(text, account);
    const answer = (aggregate_id: string, actor: string, n: number) =>
      sampleEvent({ aggregate_id, type: "actor.entered", body: { actor, queue }, offset: n });
    const { ids } = await writeCalls([
      { their_number: `+999${digits}01` },
      { our_number: `+999${digits}02`, code: digits },
      { their_number: `+999${digits}01`, our_number: `+999${digits}01`, queue },
      { code: digits },
      { their_number: `+999${freshDigits()}` },
    ]);
    const found = async (text: string, filter: CallFilter = {}) => {
      const pages = await collect((cursor) =>
        use().queries.listCalls({ ...filter, search: search(text) }, { limit: 2, cursor }),
      );
      return pages.flat().map(({ aggregate_id }) => ids.indexOf(aggregate_id));
    };
    expect(await found(digits)).toEqual([3, 2, 1, 0]);
    expect(await found(digits.slice(0, 7))).toEqual([2, 1, 0]);
    expect(await found(`${digits.slice(1)}01`)).toEqual([2, 0]);
    expect(await found(`+999 ${digits} 02`)).toEqual([1]);
    expect(await found(`fila ${digits}`)).toEqual([2]);
    expect(await found(queue)).toEqual([2]);
    expect(await found(ids[4]!)).toEqual([4]);
    expect(await found(digits, { code: digits })).toEqual([3, 1]);
    await createWriter(use()).write([
      sampleEvent({ aggregate_id: ids[1]!, type: "call.waiting", body: { queue } }),
      answer(ids[0]!, `${name}@example.com`, 1),
      answer(ids[1]!, `${name}@example.org`, 2),
      sampleEvent({ aggregate_id: ids[1]!, type: "actor.left", offset: 3 }),
      answer(ids[3]!, `other.${name}@example.com`, 4),
    ]);
    expect(await found(name)).toEqual([1, 0]);
    expect(await found(`${name}@EXAMPLE.com`.toUpperCase())).toEqual([0]);
    const all = await use().queries.listCalls({ search: search(name) }, { limit: 9, cursor: null });
    expect(all).not.toHaveProperty("cut");
  });

  test("a search in a period finds the calls that had an event in it", async () => {
    const [digits, queue] = [freshDigits(), freshTopic()];
    const { ids } = await writeCalls([
      { their_number: `+999${digits}01`, queue },
      { our_number: `+999${digits}02`, queue },
    ]);
    await createWriter(use()).write([sampleEvent({ aggregate_id: ids[0]!, offset: 60 })]);
    const account = { readTelephone, queues: new Map() };
    for (const text of [digits, queue]) {
      const search = readSearch(text, account);
      const within = async (seconds: number) => {
        const window = { since: at(seconds) };
        const { items } = await use().queries.listCalls({ search }, { limit: 1, cursor: null, window });
        return items.map(({ aggregate_id }) => aggregate_id);
      };
      expect(await within(0)).toEqual([ids[1]]);
      expect(await within(30)).toEqual([ids[0]]);
      expect(await within(61)).toEqual([]);
    }
  });

  test("a search whose digits are in very many numbers finds the calls of 500 of them, and says that it was cut off", async () => {
    const digits = freshDigits();
    const events = Array.from({ length: 501 }, (_, n) =>
      sampleEvent({ body: { [n % 2 ? "our_number" : "their_number"]: `+999${digits}${1_000 + n}` } }),
    );
    await createWriter(use()).write(events);
    const search = readSearch(digits, { readTelephone, queues: new Map() });
    const pages: { cut?: boolean }[] = [];
    const found = await collect(async (cursor) => {
      const page = await use().queries.listCalls({ search }, { limit: 300, cursor });
      pages.push(page);
      return page;
    });
    expect(found.map((page) => page.length)).toEqual([300, 200]);
    expect(pages.map(({ cut }) => cut)).toEqual([true, true]);
    const last = readSearch(`${digits.slice(4)}1500`, { readTelephone, queues: new Map() });
    expect(await list({ search: last })).toEqual([events[500]!.aggregate_id]);
  });

  test("a window contains the calls that had an event since its beginning and began before its end, page by page", async () => {
    const code = freshTopic();
    const eventAt = (offset: number, aggregate_id = freshCallId()) =>
      sampleEvent({ aggregate_id, offset, body: { code } });
    const [early, long, late] = [eventAt(10), eventAt(20), eventAt(40)];
    await createWriter(use()).write([early, long, late, eventAt(35, long.aggregate_id)]);
    const names = new Map(
      [early, long, late].map((event, n) => [event.aggregate_id, "early long late".split(" ")[n]]),
    );
    const within = async (since?: number, until?: number) => {
      const window = {
        ...(since === undefined ? {} : { since: at(since) }),
        ...(until === undefined ? {} : { until: at(until) }),
      };
      const pages = await collect((cursor) =>
        use().queries.listCalls({ code }, { limit: 1, cursor, window }),
      );
      return pages
        .flat()
        .map(({ aggregate_id }) => names.get(aggregate_id))
        .join(" ");
    };
    expect(await within()).toBe("late long early");
    expect(await within(10)).toBe("late long early");
    expect(await within(10.001)).toBe("late long");
    expect(await within(35)).toBe("late long");
    expect(await within(35.001)).toBe("late");
    expect(await within(undefined, 40)).toBe("long early");
    expect(await within(undefined, 40.001)).toBe("late long early");
    expect(await within(25, 30)).toBe("long");
    expect(await within(41)).toBe("");
  });

  test("a window contains the same calls without a filter, and with a filter that many calls match", async () => {
    const { code, ids } = await writeCalls([{ queue: freshTopic() }]);
    const [{ queue } = { queue: null }] = await use().queries.findCalls(ids);
    const since = new Date(at(0).getTime());
    for (const filter of [{ code }, { queue }, { queue, state: "NEW" as const }]) {
      const { items } = await use().queries.listCalls(filter, { limit: 5, cursor: null, window: { since } });
      expect(items.map(({ aggregate_id }) => aggregate_id)).toEqual(ids);
    }
    const all = await use().queries.listCalls({}, { limit: 1, cursor: null, window: { since } });
    expect(all.items.map(({ aggregate_id }) => aggregate_id)).toEqual(ids);
  });

  test("a filter by id works together with a cursor", async () => {
    const { code, ids } = await writeCalls([{}, {}]);
    const { items, next } = await use().queries.listCalls({ code }, { limit: 1, cursor: null });
    expect(items[0]?.aggregate_id).toBe(ids[1]);
    const [older] = await use().queries.findCalls([ids[0]!]);
    const read = (id: number) => use().queries.listCalls({ id }, { limit: 9, cursor: next });
    expect((await read(older!.id)).items).toEqual([older]);
    expect((await read(items[0]!.id)).items).toEqual([]);
  });

  test.each([["$where"], ["$gt"], [".*"], ["^9"], ["a.b"], ["__proto__"], ["null"], ["900\u0000"], ["😀"]])(
    "a filter value is always compared as a value: %j",
    async (queue) => {
      const { code, ids } = await writeCalls([{ queue }, { queue: "900" }]);
      expect(await list({ code, queue })).toEqual([ids[0]]);
    },
  );

  test("calls are found by their call_ids, each once, and unknown call_ids are left out", async () => {
    const { ids } = await writeCalls([{}, {}]);
    const found = await use().queries.findCalls([...ids, ids[0]!, freshCallId()]);
    expect(found.map(({ aggregate_id }) => aggregate_id).sort()).toEqual(ids.sort());
    expect(await use().queries.findCalls([])).toEqual([]);
  });

  const writeEvents = async (payloads: string[]) => {
    const aggregate_id = freshCallId();
    const events = payloads.map((payload, second) => {
      const body = { timestamp: at(second).toISOString(), payload };
      return sampleEvent({ aggregate_id, received_at: at(99 - second), body });
    });
    await createWriter(use()).write([...events].reverse());
    return {
      aggregate_id,
      uuids: events.map(({ uuid }) => uuid),
      size: Buffer.byteLength(events[0]!.payload),
    };
  };
  const readEvents = (call_id: string, limit: number, bytes: number): Promise<StoredEvent[][]> =>
    collect((cursor) => use().queries.listCallEvents(call_id, { limit, bytes, cursor }));

  test("events are listed in the order of the fold, page by page, each once", async () => {
    const { aggregate_id, uuids } = await writeEvents(["a", "b", "c", "d", "e"]);
    const pages = await readEvents(aggregate_id, 2, 1_000_000);
    expect(pages.map((page) => page.map(({ uuid }) => uuid))).toEqual([
      uuids.slice(0, 2),
      uuids.slice(2, 4),
      uuids.slice(4),
    ]);
    expect(orderEvents(await findEvents(use(), aggregate_id))).toEqual(pages.flat());
  });

  test("a page of events is bounded in UTF-8 bytes of payload, but holds at least one event", async () => {
    const { aggregate_id, size } = await writeEvents(["ção", "açã", "ãço", "çãa"]);
    const lengths = async (bytes: number) =>
      (await readEvents(aggregate_id, 99, bytes)).map((page) => page.length);
    expect(await lengths(2 * size)).toEqual([2, 2]);
    expect(await lengths(2 * size - 1)).toEqual([1, 1, 1, 1]);
    expect(await lengths(1)).toEqual([1, 1, 1, 1]);
  });

  test("an unknown call has no events", async () => {
    expect(await readEvents(freshCallId(), 10, 1000)).toEqual([[]]);
  });

  test.each(["", "x", "%", "0", "MA", "LTE", "MS41", "OTk5OTk5OTk5OTk5OTk5OTk5OTk", "é", "aaaa"])(
    "a cursor that no earlier page gave is refused: %j",
    async (cursor) => {
      const { aggregate_id } = await writeEvents(["a"]);
      const { listCalls, listCallEvents } = use().queries;
      await expect(listCalls({}, { limit: 1, cursor })).rejects.toBeInstanceOf(InvalidCursor);
      const page = { limit: 1, bytes: 1, cursor };
      await expect(listCallEvents(aggregate_id, page)).rejects.toBeInstanceOf(InvalidCursor);
    },
  );
}
