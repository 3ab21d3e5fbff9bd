import { afterAll, beforeAll, describe, jest } from "@jest/globals";
import { describeAgents } from "./contract/agents.ts";
import { describeBatches } from "./contract/batches.ts";
import { describeCalls } from "./contract/calls.ts";
import { describeDeliveries } from "./contract/deliveries.ts";
import { describeErasures } from "./contract/erasures.ts";
import { describeLedger } from "./contract/ledger.ts";
import { describePages } from "./contract/pages.ts";
import { describePositions } from "./contract/positions.ts";
import { describeRandomBatches } from "./contract/random-batches.ts";
import { describeRebuilds } from "./contract/rebuilds.ts";
import type { Opened } from "./contract/samples.ts";
import { describeVerbatim } from "./contract/verbatim.ts";

/**
 * The time limit of a test. Each test takes well under a second on a database that has the machine to itself; on a busy
 * machine it may take many times as long.
 */
const TEST_LIMIT_MS = 30_000;

/**
 * The promises of every store, as tests. An adapter runs them on the store that `open` gives. Each test has its own
 * topics and calls, so one store serves all tests, even if it holds other records.
 */
export function storeContract(name: string, open: () => Promise<Opened>): void {
  describe(`${name} keeps the promises of a store`, () => {
    jest.setTimeout(TEST_LIMIT_MS);
    let opened: Opened | undefined;
    const use = () => {
      if (!opened) throw new Error("the store is not open yet");
      return opened;
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());

    describe("batches", () => describeBatches(use));
    describe("calls", () => describeCalls(use));
    describe("agents", () => describeAgents(use));
    describe("rebuilds", () => describeRebuilds(use));
    describe("deliveries", () => describeDeliveries(use));
    describe("erasures", () => describeErasures(use));
    describe("the ledger of erasures", () => describeLedger(use));
    describe("pages", () => describePages(use));
    describe("positions", () => describePositions(use));
    describe("stored data is returned unchanged", () => describeVerbatim(use));
    describe("random batches", () => describeRandomBatches(use));
  });
}

export { accountContract } from "./contract/account.ts";
export { deadLettersContract } from "./contract/dead-letters.ts";
export { jobsContract } from "./contract/jobs.ts";
export { readinessContract } from "./contract/readiness.ts";
export { senderZoneContract } from "./contract/sender-zone.ts";
