import { ask } from "./raw-http.ts";

/** Opens a session of polling, in which nobody has joined yet; the answer is its path. */
export async function openPolling(port: number): Promise<string> {
  const path = "/socket.io/?EIO=4&transport=polling";
  const opened = await ask(port, { method: "GET", path });
  return `${path}&sid=${JSON.parse(opened.body.slice(1)).sid}`;
}

/** As many packets that join as one payload holds, the next behind the last. */
export const JOINS = "40\x1e".repeat(20_000).slice(0, -1);
