/** Rejects after the limit with the name of the current step. The work itself is not stopped. */
export async function withinTime<T>(work: Promise<T>, limitMs: number, current: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const end = () => reject(new Error(`not over after ${limitMs / 1_000} s: ${current()}`));
    timer = setTimeout(end, limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
