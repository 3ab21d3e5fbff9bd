import { type ReadOccurrence, readOccurrence as readInUtc } from "../time/timestamp.ts";
import { numbersAsWritten } from "./body.ts";
import { canonicalType, type Definition, eventTypes, findDefinition } from "./catalogue.ts";
import type { Event, EventKind } from "./event.ts";
import { eventId } from "./event-id.ts";
import { isKey, MAX_KEY_UNITS } from "./key.ts";

/** A fault and its place: `path` is a JSON Pointer (RFC 6901), or "" for the whole body. */
export type Fault = { path: string; message: string };

export type ParsedWebhook =
  | { outcome: "accepted"; event: Event; body: Record<string, unknown> }
  /** The body is not a JSON object. */
  | { outcome: "malformed"; faults: Fault[] }
  /** The body is a JSON object without a known type or without a key. A later release may know the type. */
  | { outcome: "unprocessable"; faults: Fault[]; key: string | null };

const MAX_DEPTH = 64;

/**
 * Parses the bytes of a webhook's body into an event, or returns the faults. Never throws. It requires only a known
 * `type` and a key, which make the event addressable. Any other strange value stays in the payload.
 */
export function parseWebhook(
  bytes: Uint8Array,
  received_at: Date,
  readOccurrence = readInUtc,
): ParsedWebhook {
  const text = decodeUtf8(bytes);
  if (text === null) return malformed("the body is not UTF-8, or begins with a byte order mark");
  const body = parseJson(text);
  if (body === undefined) return malformed("the body is not JSON");
  if (!isObject(body)) return malformed("the body is not a JSON object");
  if (isDeeperThan(body, MAX_DEPTH)) return malformed(`the body is nested deeper than ${MAX_DEPTH} levels`);
  return parseBody(bytes, text, body, { received_at, readOccurrence });
}

function parseBody(
  bytes: Uint8Array,
  payload: string,
  body: Record<string, unknown>,
  { received_at, readOccurrence }: { received_at: Date; readOccurrence: ReadOccurrence },
): ParsedWebhook {
  const type = typeof body.type === "string" ? canonicalType(body.type) : "";
  const definition = findDefinition(type);
  if (!definition)
    return { outcome: "unprocessable", faults: [typeFault(body.type)], key: callKey(payload, body) };
  const address = findAddress(definition, payload, body);
  if (!address) return { outcome: "unprocessable", faults: [keyFault(definition)], key: null };
  const occurred = readOccurrence(body.timestamp, received_at);
  const event: Event = {
    uuid: eventId(bytes, body, received_at),
    ...address,
    type,
    occurred_at: occurred && new Date(occurred.ms),
    received_at,
    payload,
  };
  return { outcome: "accepted", event, body };
}

type Address = { kind: EventKind; aggregate_id: string };

function findAddress({ kind }: Definition, payload: string, body: Record<string, unknown>): Address | null {
  const call = kind === "agent" ? null : callKey(payload, body);
  if (call !== null) return { kind: "call", aggregate_id: call };
  const agent = kind === "call" ? null : agentKey(payload, body);
  return agent === null ? null : { kind: "agent", aggregate_id: agent };
}

const callKey = (payload: string, body: Record<string, unknown>) => readKey(payload, body, "call_id");

const agentKey = (payload: string, body: Record<string, unknown>) =>
  readKey(payload, body, "actor") ?? readKey(payload, body, "code") ?? readKey(payload, body, "number");

/** Reads a key as the sender wrote it. */
function readKey(payload: string, body: Record<string, unknown>, field: string): string | null {
  const value = body[field];
  const key = typeof value === "number" ? numbersAsWritten(payload)[field] : value;
  return typeof key === "string" && isKey(key) ? key : null;
}

const typeFault = (type: unknown): Fault => ({
  path: "/type",
  message: type === undefined ? "is missing" : `must be one of ${eventTypes.join(", ")}`,
});

function keyFault({ kind }: Definition): Fault {
  const rule = `must be 1 to ${MAX_KEY_UNITS} characters without control characters`;
  if (kind === "call") return { path: "/call_id", message: rule };
  const fields = kind === "agent" ? "actor, code or number" : "call_id, actor, code or number";
  return { path: "", message: `${fields} ${rule}` };
}

const malformed = (message: string): ParsedWebhook => ({
  outcome: "malformed",
  faults: [{ path: "", message }],
});

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    const text = utf8.decode(bytes);
    return text.startsWith("\uFEFF") ? null : text;
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns whether a value is nested deeper than `levels`. Recursion stops there, so the stack stays small. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
