import { Unavailable } from "@teravoz/domain";
import { startDeadline } from "@teravoz/runtime";

/**
 * The outcome of the work, or Unavailable when it has none after `ms` in which the process ran; the work itself goes on, and its outcome
 * is ignored.
 */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = startDeadline(ms, () => reject(new Unavailable(`no answer within ${ms} ms`)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
