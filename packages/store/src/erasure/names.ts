import { createHmac } from "node:crypto";

/**
 * Under which names the ledger may know something: one for each key, that of the newest key first. A call_id or a number can be
 * guessed: without a secret its hash would still be personal data.
 */
export type LedgerNames = (kind: string, key: string) => string[];

/** `secrets` newest first; an older one stays until what was written with it has expired. */
export function createLedgerNames(secrets: readonly string[]): LedgerNames {
  if (secrets.length === 0) throw new Error("the ledger needs a key");
  return (kind, key) =>
    secrets.map((secret) => createHmac("sha256", secret).update(`${kind}:${key}`).digest("hex"));
}
