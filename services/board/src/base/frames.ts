/** More often an eye does not follow: what changes meanwhile is drawn at once. */
const APART_MS = 200;
/** A tab that nobody looks at has no frames: there it is done now and then, so that nothing piles up. */
const UNSEEN_MS = 1_000;

/** Calls `work` with the next frame after a trigger, or when the last time is long enough ago; once for all triggers until then. */
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
