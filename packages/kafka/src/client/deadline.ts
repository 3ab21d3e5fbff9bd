import { Unavailable } from "@teravoz/domain";
import { startDeadline } from "@teravoz/runtime";

/**
 * Resolves or rejects with the outcome of the work. Rejects with Unavailable if it takes longer than `ms` of the
 * running time of the process. The work itself continues, and its outcome is then ignored.
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
