import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * The maximum number of bytes of an unwanted body that are read and discarded. Some senders read their answer only
 * after they have sent everything.
 */
const DISCARD_BYTES = 2 * 1024 * 1024;
/**
 * The maximum number of bytes per second that are discarded for all senders together. Without it, many senders would
 * fill the memory with garbage.
 */
const ALL_BYTES_A_SECOND = 16 * 1024 * 1024;
/** The time that a sender has to read its answer before its connection is closed. */
const LINGER_MS = 1_000;
const all = { since: 0, bytes: 0 };

/**
 * Reads and discards the rest of a body up to these limits. Resolves when the request has ended, or when its sender has
 * had time to read the answer.
 */
export async function discard(request: IncomingMessage): Promise<void> {
  let bytes = 0;
  const ended = new Promise<void>((resolve) => {
    request.once("close", resolve).once("end", resolve);
  });
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    // from here on the bytes stay in the system's buffers
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
