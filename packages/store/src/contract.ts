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

/** Each test takes well under a second on a real database of its own machine; a busy one may need many times that. */
const TEST_LIMIT_MS = 30_000;

/**
 * The promises of every store, as tests: an adapter runs them on what `open` gives. Each test has topics and calls of its own,
 * so one store, also one that holds other records, serves them all.
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
    describe("what is stored comes back as it was", () => describeVerbatim(use));
    describe("any batches, in any order", () => describeRandomBatches(use));
  });
}

export { accountContract } from "./contract/account.ts";
export { deadLettersContract } from "./contract/dead-letters.ts";
export { jobsContract } from "./contract/jobs.ts";
export { readinessContract } from "./contract/readiness.ts";
export { senderZoneContract } from "./contract/sender-zone.ts";
