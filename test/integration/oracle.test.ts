import { expect, test } from "@jest/globals";
import { boardOf, explain, firstDifference, shrink } from "../oracle/compare.ts";
import { count } from "../oracle/oracle.ts";
import { productBoard, publish } from "../oracle/product.ts";
import type { Delivery } from "../oracle/random/delivery.ts";
import { eventsOf, type RandomDay, randomDay } from "../oracle/random/random-day.ts";
import { runs } from "../support/long.ts";

const DAYS = runs(200);

/** The difference between the product and the oracle, null if they agree. */
function differenceOf(day: RandomDay, deliveries: readonly Delivery[]) {
  const events = eventsOf(deliveries, (delivery) => publish(delivery).uuid);
  const expected = boardOf(count({ ...day, events }));
  const difference = firstDifference(expected, productBoard({ ...day, deliveries: [...deliveries] }));
  return difference && explain(difference, events);
}

/** At the slowest two days a second. 10,000 of them take five minutes on an idle machine. */
const TIMEOUT_MS = 60_000 + DAYS * 500;

test(
  `the board shows the oracle's numbers on ${DAYS} random days`,
  () => {
    const first = Number(process.env.ORACLE_SEED ?? 1);
    for (let seed = first; seed < first + DAYS; seed += 1) {
      const day = randomDay(seed);
      if (!differenceOf(day, day.deliveries)) continue;
      const fewest = shrink(day.deliveries, (fewer) => differenceOf(day, fewer) !== null);
      expect(`ORACLE_SEED=${seed} ${differenceOf(day, fewest)}`).toBe("no difference");
    }
  },
  TIMEOUT_MS,
);
