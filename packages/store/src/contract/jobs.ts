import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Jobs } from "@teravoz/domain";

type Opened = { jobs: Jobs; close: () => Promise<void> };

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The promises of jobs that several instances share. `open` gives jobs that take the time from `now`, in ms. */
export function jobsContract(name: string, open: (now: () => number) => Promise<Opened>): void {
  describe(`${name} shares jobs among instances`, () => {
    let time = Date.now();
    const elapse = (ms: number) => {
      time += ms;
    };
    let opened: Opened;
    beforeAll(async () => {
      opened = await open(() => time);
    });
    afterAll(() => opened.close());
    const claims = async (job: string) =>
      (await Promise.all([1, 2, 3, 4].map(() => opened.jobs.claim(job, DAY_MS)))).filter(Boolean).length;

    test("one of several concurrent claims gets the job, and another job can be claimed too", async () => {
      const [job, other] = [randomUUID(), randomUUID()];
      expect([await claims(job), await claims(job), await claims(other)]).toEqual([1, 0, 1]);
    });

    test("a job that is done is due again after its interval, and a job that failed is due at once", async () => {
      const job = randomUUID();
      expect(await claims(job)).toBe(1);
      await opened.jobs.release(job, false);
      expect(await claims(job)).toBe(1);
      await opened.jobs.release(job, true);
      elapse(DAY_MS - 1);
      expect(await claims(job)).toBe(0);
      elapse(1);
      expect(await claims(job)).toBe(1);
    });

    test("a job whose owner crashed is due again after an hour", async () => {
      const job = randomUUID();
      expect(await claims(job)).toBe(1);
      elapse(HOUR_MS - 1);
      expect(await claims(job)).toBe(0);
      elapse(1);
      expect(await claims(job)).toBe(1);
    });
  });
}
