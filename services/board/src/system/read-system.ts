import { effect, signal } from "@preact/signals";
import type { SystemReport } from "@teravoz/protocol/client";
import { createPaced } from "../base/paced.ts";
import { type PageName, page } from "../base/route.ts";
import { changed, connection } from "../base/socket.ts";
import { readReport } from "../reports/followed-reports.ts";

/** The health of the gateway; null until the first answer. It is read only while a page shows it. */
export const system = signal<SystemReport | null>(null);

/** The health is also read at this interval: instances fall silent without an event. */
const IDLE_MS = 5_000;

const reading = createPaced(() => readReport("ListSystem", system, {}));

const SHOWN_ON: readonly PageName[] = ["system", "deliveries"];

effect(() => {
  if (!SHOWN_ON.includes(page.value) || connection.value.status !== "live") return;
  changed.value;
  reading.trigger();
});
setInterval(() => {
  if (SHOWN_ON.includes(page.peek())) reading.trigger();
}, IDLE_MS);
