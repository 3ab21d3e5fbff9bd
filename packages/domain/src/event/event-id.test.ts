import { expect, test } from "@jest/globals";
import { eventId } from "./event-id.ts";

const at = (iso: string) => new Date(iso);
const id = (body: Record<string, unknown>, received_at: Date) =>
  eventId(Buffer.from(JSON.stringify(body)), body, received_at);
const stamped = { type: "call.new", call_id: "1", timestamp: "2026-01-01T00:00:00Z" };
const unstamped = { type: "call.new", call_id: "1" };

test("the id of a known body is the same in every release", () => {
  expect(id(stamped, at("2026-01-01T00:00:00Z"))).toBe("858840ee-2749-5c58-ab7b-41fed27249fe");
});

test("a body with a timestamp is the same event at any time of reception", () => {
  expect(id(stamped, at("2026-01-01T00:00:00Z"))).toBe(id(stamped, at("2027-01-01T00:00:00Z")));
});

test("a body with one more byte is another event", () => {
  expect(id(stamped, at("2026-01-01T00:00:00Z"))).not.toBe(
    id({ ...stamped, x: 1 }, at("2026-01-01T00:00:00Z")),
  );
});

test("a body without timestamp and sid is a redelivery within its ten-minute slot and a new event after it", () => {
  const first = id(unstamped, at("2026-01-01T00:00:00Z"));
  expect(id(unstamped, at("2026-01-01T00:09:59.999Z"))).toBe(first);
  expect(id(unstamped, at("2026-01-01T00:10:00Z"))).not.toBe(first);
});

test("a body with a sid is the same event at any time of reception", () => {
  const body = { ...unstamped, sid: "CA1" };
  expect(id(body, at("2026-01-01T00:00:00Z"))).toBe(id(body, at("2026-01-02T00:00:00Z")));
});
