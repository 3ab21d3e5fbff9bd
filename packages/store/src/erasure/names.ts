import { createHmac } from "node:crypto";

/**
 * The names under which the ledger may have an entry: one for each key, beginning with the newest key. A call_id or a
 * number can be guessed, so without a secret its hash would still be personal data.
 */
export type LedgerNames = {
  (kind: string, key: string): string[];
  /** One mark for each key. The marks of an entry show which keys can find it, and reveal nothing about the keys. */
  readonly marks: readonly string[];
};

/**
 * Creates the names. `secrets` are listed newest first. An older secret stays until the entries that were written with
 * it have expired.
 */
export function createLedgerNames(secrets: readonly string[]): LedgerNames {
  if (secrets.length === 0) throw new Error("the ledger of erasures needs a key: set ERASURE_KEYS");
  const hashesOf = (text: string) =>
    secrets.map((secret) => createHmac("sha256", secret).update(text).digest("hex"));
  const names = (kind: string, key: string) => hashesOf(`${kind}:${key}`);
  return Object.assign(names, { marks: hashesOf(MARK).map((hash) => hash.slice(0, 16)) });
}

/** The text from which a mark is made. No entry has this name, because kinds contain no blank. */
const MARK = "a mark of the key";
