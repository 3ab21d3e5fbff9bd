import { ask } from "./traffic/raw-http.ts";

/** Opens a polling session without a joined client. Returns its path. */
export async function openPolling(port: number): Promise<string> {
  const path = "/socket.io/?EIO=4&transport=polling";
  const opened = await ask(port, { method: "GET", path });
  return `${path}&sid=${JSON.parse(opened.body.slice(1)).sid}`;
}

/** As many join packets as one payload holds, one after the other. */
export const JOINS = "40\x1e".repeat(20_000).slice(0, -1);
