import type { DeadLetterWithBody } from "@teravoz/domain";
import type { DeadLetterText } from "@teravoz/protocol";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Turns the body into text, or into base64 if it is not UTF-8. */
export function withText({ body, ...deadLetter }: DeadLetterWithBody): DeadLetterText {
  if (body === null) return { ...deadLetter, encoding: null, body };
  try {
    return { ...deadLetter, encoding: "utf8", body: utf8.decode(body) };
  } catch {
    return { ...deadLetter, encoding: "base64", body: Buffer.from(body).toString("base64") };
  }
}
