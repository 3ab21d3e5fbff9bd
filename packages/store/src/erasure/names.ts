import { createHmac } from "node:crypto";

/**
 * Under which names the ledger may know something: one for each key, that of the newest key first. A call_id or a number can be
 * guessed: without a secret its hash would still be personal data.
 */
export type LedgerNames = {
  (kind: string, key: string): string[];
  /** One for each key: by it an entry says under which keys it can be found, without saying anything of them. */
  readonly marks: readonly string[];
};

/** `secrets` newest first; an older one stays until what was written with it has expired. */
export function createLedgerNames(secrets: readonly string[]): LedgerNames {
  if (secrets.length === 0) throw new Error("the ledger needs a key");
  const hashesOf = (text: string) =>
    secrets.map((secret) => createHmac("sha256", secret).update(text).digest("hex"));
  const names = (kind: string, key: string) => hashesOf(`${kind}:${key}`);
  return Object.assign(names, { marks: hashesOf(MARK).map((hash) => hash.slice(0, 16)) });
}

/** No entry has a name like it: kinds have no blank. */
const MARK = "a mark of the key";
