import { EventEmitter } from "node:events";
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { logSettings, runService, stopSettings } from "@teravoz/runtime";

/** A service without work, which ends as its argument says and writes each step to standard output. */
const settings = {
  ...logSettings,
  ...stopSettings,
  FIRST: { schema: logSettings.LOG_LEVEL.schema, doc: "the first setting" },
  SECOND: { schema: logSettings.LOG_LEVEL.schema, doc: "the second setting" },
};

const say = (line: string) => appendFileSync(1, `${line}\n`);
const ends = process.argv[2];

await runService("tiny", settings, async ({ health, onStop, fail }) => {
  for (const name of ["first", "second", "third"])
    onStop(name, async () => {
      await sleep(20);
      say(`stopped ${name}, ${(await health.report()).status}`);
    });
  if (ends === "hanging step") onStop("hanging", () => new Promise(() => {}));
  if (ends === "failing step") onStop("failing", () => Promise.reject(new Error("5511999998888")));
  if (ends === "failing start") throw new Error("5511999998888");
  // an open timer keeps the service running; without it the event loop runs empty
  if (ends !== "running empty") setInterval(() => {}, 1_000);
  const deaths: Record<string, () => void> = {
    "dead job": () => fail("consumer", new Error("5511999998888")),
    "unhandled rejection": () => void Promise.reject(new Error("5511999998888")),
    "unhandled nothing": () => void Promise.reject(undefined),
    "uncaught exception": () => {
      throw new Error("5511999998888");
    },
  };
  const emitter = new EventEmitter();
  if (ends === "with many listeners")
    for (let count = 0; count < 11; count += 1) emitter.on("call of 5511999998888", () => {});
  const death = deaths[ends ?? ""];
  if (death) setTimeout(death, 20);
});
say("running");
