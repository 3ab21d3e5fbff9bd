import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { createLog } from "@teravoz/runtime";
import { demandLedgerKeys, watchLedgerKeys } from "./ledger-keys.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const portsOf = (hasUnreadable: () => Promise<boolean>) => ({
  erasures: { hasUnreadable },
  log: createLog("test", "silent"),
});

test("a projector that lacks a key of the ledger does not start", async () => {
  await expect(demandLedgerKeys(portsOf(async () => true))).rejects.toThrow("ERASURE_KEYS lacks a key");
  await demandLedgerKeys(portsOf(async () => false));
});

test("a projector that lacks a key after its start stops within a minute, and an outage stops no projector", async () => {
  const answers: (() => Promise<boolean>)[] = [
    async () => false,
    () => Promise.reject(new Unavailable("away")),
    async () => true,
  ];
  const failed: string[] = [];
  const stop = watchLedgerKeys(
    portsOf(() => answers.shift()!()),
    (job) => void failed.push(job),
  );
  await jest.advanceTimersByTimeAsync(120_000);
  expect(failed).toEqual([]);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(failed).toEqual(["ledger keys"]);
  await stop();
});
