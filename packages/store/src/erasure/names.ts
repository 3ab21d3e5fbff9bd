import { createHmac } from "node:crypto";

/**
 * The names under which the ledger may have an entry: one for each key, that of the newest key first. A call_id or a number can be guessed,
 * so without a secret its hash would still be personal data.
 */
export type LedgerNames = {
  (kind: string, key: string): string[];
  /** One mark for each key. By the marks an entry shows which keys can find it, and reveals nothing about the keys. */
  readonly marks: readonly string[];
};

/** `secrets` newest first. An older secret stays until the entries that were written with it have expired. */
export function createLedgerNames(secrets: readonly string[]): LedgerNames {
  if (secrets.length === 0) throw new Error("the ledger needs a key");
  const hashesOf = (text: string) =>
    secrets.map((secret) => createHmac("sha256", secret).update(text).digest("hex"));
  const names = (kind: string, key: string) => hashesOf(`${kind}:${key}`);
  return Object.assign(names, { marks: hashesOf(MARK).map((hash) => hash.slice(0, 16)) });
}

/** No entry has a name like it: kinds have no blank. */
const MARK = "a mark of the key";
