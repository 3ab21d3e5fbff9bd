import type { DeadLetter, DeadLetterWithBody } from "@teravoz/domain";

/** A letter whose body can be read: `encoding` says how to get its bytes back; both null where it was dropped. */
export type LetterText = DeadLetter & { encoding: "utf8" | "base64" | null; body: string | null };

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The body as text, or in base64 where it is not UTF-8. */
export function withText({ body, ...letter }: DeadLetterWithBody): LetterText {
  if (body === null) return { ...letter, encoding: null, body };
  try {
    return { ...letter, encoding: "utf8", body: utf8.decode(body) };
  } catch {
    return { ...letter, encoding: "base64", body: Buffer.from(body).toString("base64") };
  }
}
