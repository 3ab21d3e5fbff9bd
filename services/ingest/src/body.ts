import type { IncomingMessage } from "node:http";
import getRawBody from "raw-body";
import { malformed, tooLarge, unsupported } from "./problems.ts";

/** Ten times the largest event seen. */
export const MAX_BODY_BYTES = 64 * 1024;
/** The body's bytes as sent. Throws the Problem of a body that is not plain JSON by its headers, or too large. */
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

function requireJson({ headers }: IncomingMessage): void {
  const [type = "", ...parameters] = (headers["content-type"] ?? "")
    .split(";")
    .map((part) => part.trim().toLowerCase());
  if (type !== "application/json") throw unsupported("Content-Type must be application/json");
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  if (charset && !/^charset="?utf-?8"?$/.test(charset)) throw unsupported("the charset must be UTF-8");
  if ((headers["content-encoding"] ?? "identity").toLowerCase() !== "identity")
    throw unsupported("a compressed body is not accepted: send it without Content-Encoding");
}

/** raw-body's other errors are the sender's: it went away, or its Content-Length was wrong. */
function brokenOff(error: unknown): unknown {
  const { status } = error as { status?: number };
  return status === 400 ? malformed([{ path: "", message: "the body did not arrive whole" }]) : error;
}
