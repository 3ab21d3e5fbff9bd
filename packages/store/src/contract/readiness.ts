import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Readiness } from "@teravoz/domain";

type Opened = { readinessOf: (instance: string) => Readiness; close: () => Promise<void> };

const HOUR_MS = 3_600_000;

/** The promises of the readiness of instances, on a storage that no other test uses. */
export function readinessContract(name: string, open: () => Promise<Opened>): void {
  describe(`${name} shares the readiness of instances`, () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    test("an instance sees another instance that has announced itself recently, and never itself", async () => {
      const [one, other] = [randomUUID(), randomUUID()].map((instance) => opened.readinessOf(instance));
      expect(await one!.isAnotherReady(HOUR_MS)).toBe(false);
      await one!.announce();
      await one!.announce();
      expect([await one!.isAnotherReady(HOUR_MS), await other!.isAnotherReady(HOUR_MS)]).toEqual([
        false,
        true,
      ]);
      // a period that begins in an hour holds no earlier announcement
      expect(await other!.isAnotherReady(-HOUR_MS)).toBe(false);
    });
  });
}
