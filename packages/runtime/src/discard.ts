import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Of a body that nobody wants so much is read and thrown away, so that its sender gets to read the answer. */
const DISCARD_BYTES = 256 * 1024;
const DISCARD_MS = 1_000;
/** Not for a crowd: all at once would leave their garbage, and whoever is left out may only see a reset. */
const MAX_DISCARDING = 32;
let discarding = 0;

/** Reads on, and throws away, until the request has ended, or has had its share of bytes and time. */
export async function discard(request: IncomingMessage): Promise<void> {
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
