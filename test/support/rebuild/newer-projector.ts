import { runProjector } from "@teravoz/projector";
import { newerFold } from "./newer-fold.ts";

/**
 * The projector of a future release. With `DIE_AT` = n it kills itself when it has folded its n-th group of
 * calls again.
 */
let left = Number(process.env.DIE_AT);

await runProjector({
  fold: newerFold,
  store: (store) => ({
    ...store,
    async refold(work, fold) {
      const refolded = await store.refold(work, fold);
      if (work.keys.length > 0 && --left === 0) process.kill(process.pid, "SIGKILL");
      return refolded;
    },
  }),
});
