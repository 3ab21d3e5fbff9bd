import { runRebuild } from "@teravoz/projector";

/**
 * `rebuild:calls` that kills or interrupts itself. `DIE_AT` and `INTERRUPT_AT` have the step and its count
 * ("refold 2"), `DIE_AFTER_MS` the time after its first step.
 */
const { DIE_AT, INTERRUPT_AT, DIE_AFTER_MS } = process.env;
const [step, count] = (DIE_AT ?? INTERRUPT_AT ?? "").split(" ");
let left = Number(count);

const die = () => process.kill(process.pid, INTERRUPT_AT ? "SIGINT" : "SIGKILL");
const passed = (name: string) => {
  if (name === step && --left === 0) die();
};

await runRebuild({
  store: (store) => ({
    ...store,
    async listKeys(page) {
      if (DIE_AFTER_MS) setTimeout(die, Number(DIE_AFTER_MS));
      return store.listKeys(page);
    },
    async refold(work, fold) {
      const refolded = await store.refold(work, fold);
      if (refolded.superseded === null && refolded.differences.length > 0) passed("refold");
      return refolded;
    },
  }),
  notify: (notify) => async (changes) => {
    await notify(changes);
    passed("notify");
  },
});
