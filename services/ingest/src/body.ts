import type { IncomingMessage } from "node:http";
import getRawBody from "raw-body";
import { malformed, tooLarge, unsupported } from "./problems.ts";

/** The maximum size of a body: ten times the largest event seen. */
export const MAX_BODY_BYTES = 64 * 1024;
/**
 * Reads the body's bytes as sent. Throws a Problem if the headers do not announce plain JSON, or if the body is too
 * large.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  requireJson(request);
  try {
    return await getRawBody(request, {
      limit: MAX_BODY_BYTES,
      length: request.headers["content-length"] ?? null,
    });
  } catch (error) {
    const { type } = error as { type?: string };
    throw type === "entity.too.large" ? tooLarge(MAX_BODY_BYTES) : brokenOff(error);
  }
}

/**
 * The charset names that are accepted. Each of these charsets contains ASCII unchanged. HTTP libraries announce a
 * default charset regardless of the bytes: Java's clients ISO-8859-1, those of Python and Windows their own. A JSON
 * body is UTF-8 (RFC 8259, 8.1), so only the bytes decide: a body that is not UTF-8 is answered with 400.
 */
const CLAIMS =
  /^(utf-?8(mb4)?|(us-)?ascii|ansi_x3\.4-1968|iso[-_]?8859-\d{1,2}(:\d{4})?|latin-?\d{1,2}|(windows|cp)-?125\d)$/;

function requireJson({ headers }: IncomingMessage): void {
  const [type = "", ...parameters] = (headers["content-type"] ?? "")
    .split(";")
    .map((part) => part.trim().toLowerCase());
  if (type !== "application/json") throw unsupported("Content-Type must be application/json");
  const charset = charsetOf(parameters);
  if (charset && !CLAIMS.test(charset)) throw unsupported("the charset must be UTF-8");
  if ((headers["content-encoding"] ?? "identity").toLowerCase() !== "identity")
    throw unsupported("a compressed body is not accepted: send it without Content-Encoding");
}

/** Returns the charset without quotes of any kind, because some senders escape them. Empty if none is named. */
function charsetOf(parameters: readonly string[]): string {
  const [, charset = ""] =
    parameters.map((parameter) => parameter.split("=")).find(([name]) => name?.trim() === "charset") ?? [];
  return charset.replace(/[\\"'\s]/g, "");
}

/**
 * Converts raw-body's errors with status 400 to a Problem: the sender disconnected, or its Content-Length was wrong.
 * Returns other errors unchanged.
 */
function brokenOff(error: unknown): unknown {
  const { status } = error as { status?: number };
  return status === 400 ? malformed([{ path: "", message: "the body is incomplete: send it again" }]) : error;
}
