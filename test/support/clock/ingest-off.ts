import { runIngest } from "@teravoz/ingest";

/** How much this machine's clock is wrong, in ms: behind where negative. */
const OFF_MS = Number(process.env.CLOCK_OFF_MS);

globalThis.Date = new Proxy(Date, {
  construct: (date, given) => Reflect.construct(date, given.length > 0 ? given : [date.now() + OFF_MS]),
  get: (date, name) => (name === "now" ? () => date.now() + OFF_MS : Reflect.get(date, name)),
});

await runIngest();
