import { expect, test } from "@jest/globals";
import { runs } from "../support/long.ts";
import { boardOf, explain, firstDifference, shrink } from "./compare.ts";
import type { Delivery } from "./delivery.ts";
import { count } from "./oracle.ts";
import { productBoard, publish } from "./product.ts";
import { eventsOf, type RandomDay, randomDay } from "./random-day.ts";

const DAYS = runs(200);

/** Null if the product and the oracle agree. */
function differenceOf(day: RandomDay, deliveries: readonly Delivery[]) {
  const events = eventsOf(deliveries, (delivery) => publish(delivery).uuid);
  const expected = boardOf(count({ ...day, events }));
  const difference = firstDifference(expected, productBoard({ ...day, deliveries: [...deliveries] }));
  return difference && explain(difference, events);
}

test(`the board shows what the oracle counts on ${DAYS} random days`, () => {
  const first = Number(process.env.ORACLE_SEED ?? 1);
  for (let seed = first; seed < first + DAYS; seed += 1) {
    const day = randomDay(seed);
    if (!differenceOf(day, day.deliveries)) continue;
    const fewest = shrink(day.deliveries, (fewer) => differenceOf(day, fewer) !== null);
    expect(`ORACLE_SEED=${seed} ${differenceOf(day, fewest)}`).toBe("no difference");
  }
});
