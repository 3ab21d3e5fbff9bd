/** A tab that nobody looks at has no frames: there it is done now and then, so that nothing piles up. */
const UNSEEN_MS = 1_000;

/** Calls `work` with the next frame after a trigger, once for all triggers until then. */
export function createFramed(work: () => void): () => void {
  let due = false;
  const run = () => {
    if (!due) return;
    due = false;
    work();
  };
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(run);
    setTimeout(run, UNSEEN_MS);
  };
}
