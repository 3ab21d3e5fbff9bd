/** Fields that are texts, even if a sender writes a number. */
const TEXTS = ["code", "our_number", "their_number", "actor", "number"];

/**
 * Reads the body of an event. A text that was sent as a JSON number is given as it was written. The body is empty if
 * the payload is not a JSON object, which ingest never writes.
 */
export function readBody(payload: string): Record<string, unknown> {
  try {
    const body = Object(JSON.parse(payload));
    const numbers = TEXTS.filter((field) => typeof body[field] === "number");
    if (numbers.length === 0) return body;
    const written = numbersAsWritten(payload);
    return { ...body, ...Object.fromEntries(numbers.map((field) => [field, written[field]])) };
  } catch {
    return {};
  }
}

/** Reads a body with its numbers as texts: `1463669263.30030` is not the number 1463669263.3003. */
export function numbersAsWritten(payload: string): Record<string, unknown> {
  type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
  const numberAsText: Reviver = (_key, value, { source }) => (typeof value === "number" ? source : value);
  return JSON.parse(payload, numberAsText as Parameters<typeof JSON.parse>[1]);
}
