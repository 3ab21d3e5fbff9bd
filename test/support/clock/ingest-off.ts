import { runIngest } from "@teravoz/ingest";

/** Offset of this process's clock in ms, negative if it is behind. */
const OFF_MS = Number(process.env.CLOCK_OFF_MS);

globalThis.Date = new Proxy(Date, {
  construct: (date, given) => Reflect.construct(date, given.length > 0 ? given : [date.now() + OFF_MS]),
  get: (date, name) => (name === "now" ? () => date.now() + OFF_MS : Reflect.get(date, name)),
});

await runIngest();
