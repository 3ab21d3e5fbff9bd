import { expect, test } from "@jest/globals";
import { createWriter, findCall, findEvents, freshTopic, sampleEvent, type Use } from "./samples.ts";

const HOSTILE = [
  "\u0000",
  "a\u0000b",
  "$where",
  "$",
  "__proto__",
  "constructor",
  "a.b.$[].c",
  ".",
  "..",
  " spaced ",
  "\u2028\u2029",
  "\uFEFFbom",
  "😀👩‍👧",
  "e\u0301 is not é",
  "'; drop",
  "null",
  "1463669263.30033",
];

/** A hostile text that no other run uses: its last units are random. */
const unique = (text: string) => `${text}${freshTopic().slice(-12)}`;

export function describeVerbatim(use: Use): void {
  test.each(HOSTILE)("a call_id that begins with %j identifies one call", async (text) => {
    const aggregate_id = unique(text);
    const event = sampleEvent({ aggregate_id, type: "call.standby" });
    await createWriter(use()).write([event]);
    await createWriter(use()).write([event]);
    expect(await findCall(use(), aggregate_id)).toMatchObject({ aggregate_id, state: "STANDBY", events: 1 });
    const { items } = await use().queries.listCalls({ aggregate_id }, { limit: 2, cursor: null });
    expect(items).toMatchObject([{ aggregate_id }]);
    const { id: _id, ...stored } = (await findEvents(use(), aggregate_id))[0]!;
    expect(stored).toEqual(event);
  });

  test.each(["x", "é", "ÿ", "\u0800"])("a call_id of 128 units of %j is stored whole", async (unit) => {
    const aggregate_id = unique(unit.repeat(116));
    expect(aggregate_id).toHaveLength(128);
    const ends = [aggregate_id, `${aggregate_id.slice(0, -1)}-`];
    await createWriter(use()).write(ends.map((end) => sampleEvent({ aggregate_id: end })));
    for (const end of ends)
      expect(await findCall(use(), end)).toMatchObject({ aggregate_id: end, events: 1 });
  });

  test("a payload is returned unchanged, to the last character", async () => {
    const payload = `{"type":"call.new","__proto__":{"a":1},"$where":"1","a.b":1e400,"n":9007199254740993,"\\ud800":"\\u0000", "a":1, "a":2,"t":${JSON.stringify(HOSTILE)}}  \n`;
    const event = sampleEvent({ payload });
    await createWriter(use()).write([event]);
    expect((await findEvents(use(), event.aggregate_id))[0]?.payload).toBe(payload);
  });

  test("a payload of 64 KiB of astral characters is returned completely", async () => {
    const event = sampleEvent({ payload: JSON.stringify({ pad: "😀".repeat(16_384) }) });
    await createWriter(use()).write([event]);
    expect((await findEvents(use(), event.aggregate_id))[0]?.payload).toBe(event.payload);
  });

  test.each(HOSTILE)("a field of a call is returned unchanged: %j", async (code) => {
    const event = sampleEvent({ body: { code, queue: code } });
    await createWriter(use()).write([event]);
    expect(await findCall(use(), event.aggregate_id)).toMatchObject({ code, queue: code });
  });
}
