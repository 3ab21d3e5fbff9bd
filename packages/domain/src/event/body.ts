/** Fields that are texts, whichever way a sender writes them. */
const TEXTS = ["code", "our_number", "their_number", "actor", "number"];

/**
 * A body of an event, texts that were sent as JSON numbers as they are written. Nothing where it is no JSON object: the payload of a
 * record that ingest did not write.
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

/** The body with its numbers as texts: `1463669263.30030` is not the number 1463669263.3003. */
export function numbersAsWritten(payload: string): Record<string, unknown> {
  type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
  const numberAsText: Reviver = (_key, value, { source }) => (typeof value === "number" ? source : value);
  return JSON.parse(payload, numberAsText as Parameters<typeof JSON.parse>[1]);
}
