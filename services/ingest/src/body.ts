import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import getRawBody from "raw-body";
import { malformed, tooLarge, unsupported } from "./problems.ts";

/** Ten times the largest event seen. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Of a body that is too large so much is read and thrown away, so that its sender gets to read the answer. */
const DISCARD_BYTES = 2 * 1024 * 1024;
const DISCARD_MS = 1_000;
/** Not for a crowd: 200 at once would leave 75 MB of garbage, and whoever is left out may only see a reset. */
const MAX_DISCARDING = 32;
let discarding = 0;

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
    if (type !== "entity.too.large") throw brokenOff(error);
    await discard(request);
    throw tooLarge(MAX_BODY_BYTES);
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

async function discard(request: IncomingMessage): Promise<void> {
  if (discarding >= MAX_DISCARDING) return;
  discarding++;
  let bytes = 0;
  const enough = new Promise<void>((resolve) => {
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > DISCARD_BYTES) resolve();
    });
    request.once("close", resolve).once("end", resolve);
  });
  request.resume();
  await Promise.race([enough, sleep(DISCARD_MS, undefined, { ref: false })]);
  request.pause();
  discarding--;
}
