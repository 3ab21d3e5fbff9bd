/** The time between two drawings: people cannot follow faster changes. Changes in between are drawn together. */
const APART_MS = 200;
/** A hidden tab has no frames: a timer runs the work instead, so that changes do not pile up. */
const UNSEEN_MS = 1_000;

/**
 * Returns a trigger. `work` runs in the next frame after a trigger, at most once in APART_MS, and once for
 * all triggers in between.
 */
export function createFramed(work: () => void): () => void {
  let due = false;
  let last = Number.NEGATIVE_INFINITY;
  const run = () => {
    if (!due) return;
    due = false;
    last = performance.now();
    work();
  };
  return () => {
    if (due) return;
    due = true;
    setTimeout(() => requestAnimationFrame(run), last + APART_MS - performance.now());
    setTimeout(run, UNSEEN_MS);
  };
}
