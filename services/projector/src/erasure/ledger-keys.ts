import { Unavailable } from "@teravoz/domain";
import type { Log } from "@teravoz/runtime";
import type { Erasures } from "@teravoz/store";

type Ports = { erasures: Pick<Erasures, "hasUnreadable">; log: Log };

/**
 * The time between two checks. An instance with other keys may start to erase at any time; until the next check, erased
 * data may come back here.
 */
const LOOK_MS = 60_000;

/**
 * Throws if the ledger has entries under a key that we do not have. A projector without that key would store erased
 * data again, so it must not run.
 */
export async function demandLedgerKeys({ erasures, log }: Ports): Promise<void> {
  if (!(await erasures.hasUnreadable())) return;
  log.error("ERASURE_KEYS lacks a key of the ledger of erasures: list it until its entries expire");
  throw new Error("ERASURE_KEYS lacks a key of the ledger of erasures: list it until its entries expire");
}

/** Checks the keys every minute. Returns a function that stops the checks. */
export function watchLedgerKeys(
  ports: Ports,
  fail: (job: string, error: unknown) => void,
): () => Promise<void> {
  const look = async () => {
    try {
      await demandLedgerKeys(ports);
    } catch (err) {
      if (err instanceof Unavailable) ports.log.debug({ err }, "the ledger of erasures is unavailable");
      else fail("ledger keys", err);
    }
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return async () => clearInterval(timer);
}
