import { effect, signal } from "@preact/signals";
import type { AbandonedReport } from "@teravoz/protocol/client";
import { MAX_DAYS } from "@teravoz/protocol/limits";
import { createPaced } from "../base/paced.ts";
import { page } from "../base/route.ts";
import { changed, connection } from "../base/socket.ts";
import { readReport } from "../reports/followed-reports.ts";

/** The abandoned calls of the last days; null until the first answer. They are read only while their page is open. */
export const abandoned = signal<AbandonedReport | null>(null);

/** The list is also read at this interval: midnight and lost calls change it without an event. */
const IDLE_MS = 30_000;

const reading = createPaced(async () => {
  if (page.peek() !== "abandoned") return true;
  return readReport("ListAbandoned", abandoned, { days: MAX_DAYS });
});

effect(() => {
  changed.value;
  if (page.value === "abandoned" && connection.value.status === "live") reading.trigger();
});
setInterval(reading.trigger, IDLE_MS);
