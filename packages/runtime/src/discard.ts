import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Of a body that nobody wants so much is read and thrown away, for senders that read their answer only when all is sent. */
const DISCARD_BYTES = 2 * 1024 * 1024;
/** Of all senders together in a second: a crowd would leave its garbage. */
const ALL_BYTES_A_SECOND = 16 * 1024 * 1024;
/** So long a sender has to read its answer before it is cut off. */
const LINGER_MS = 1_000;
const all = { since: 0, bytes: 0 };

/** Reads on, and throws away, up to its share; resolves when the request has ended, or its sender has had time to read the answer. */
export async function discard(request: IncomingMessage): Promise<void> {
  let bytes = 0;
  const ended = new Promise<void>((resolve) => {
    request.once("close", resolve).once("end", resolve);
  });
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    // from here on it waits in the system's buffers
    if (bytes > DISCARD_BYTES || isTooMuch(chunk.length)) request.pause();
  });
  request.resume();
  await Promise.race([ended, sleep(LINGER_MS, undefined, { ref: false })]);
  request.pause();
}

function isTooMuch(bytes: number): boolean {
  const now = performance.now();
  if (now - all.since > 1_000) Object.assign(all, { since: now, bytes: 0 });
  all.bytes += bytes;
  return all.bytes > ALL_BYTES_A_SECOND;
}
