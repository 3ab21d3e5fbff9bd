import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import { openSpool } from "@teravoz/spool";
import { eventually } from "../../support/eventually.ts";

const root = mkdtempSync(join(tmpdir(), "teravoz-full-"));

/** Returns whether a disk of two megabytes is mounted. Only root may mount one. */
const isMounted = (() => {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", root], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();
afterAll(() => {
  if (isMounted) execFileSync("umount", [root]);
  rmSync(root, { recursive: true, force: true });
});

(isMounted ? test : test.skip)(
  "on a full disk events are refused, the acknowledged ones are sent, and then there is room again",
  async () => {
    const sent = new Set<string>();
    const brokers = { up: false };
    const spool = await openSpool({
      root,
      maxBytes: 1024 ** 3,
      send: async ({ body }) => void sent.add(String(body)),
      canSend: () => brokers.up,
      log: createLog("test", "silent"),
      metrics: createMetrics(),
      limits: { tickMs: 50 },
    });
    const acknowledged: string[] = [];
    const append = async (n: number) => {
      const text = `${n} ${"x".repeat(1_000)}`;
      await spool.append({ body: Buffer.from(text), receivedAt: new Date() });
      acknowledged.push(text);
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 1_500 }, (_, n) => append(n)));
    const more = await Promise.allSettled(Array.from({ length: 1_500 }, (_, n) => append(1_500 + n)));
    const refused = [...outcomes, ...more].filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(500);
    for (const { reason } of refused as PromiseRejectedResult[]) expect(reason).toBeInstanceOf(Unavailable);
    expect(acknowledged.length).toBeGreaterThan(500);
    expect(spool.check().ok).toBe(false);
    brokers.up = true;
    await eventually(() => expect([spool.depth().records, spool.check()]).toEqual([0, { ok: true }]));
    expect(acknowledged.filter((text) => !sent.has(text))).toEqual([]);
    await append(9_999);
    await spool.stop();
    expect(sent.has(acknowledged.at(-1)!)).toBe(true);
  },
);
