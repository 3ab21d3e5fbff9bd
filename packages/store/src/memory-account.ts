import type { FoldRules } from "@teravoz/domain";
import type { Account } from "./account.ts";

/** The model of the account document. */
export function createMemoryAccount(stored: FoldRules | null = null): Account {
  let kept = stored;
  return {
    find: async () => kept && { ...kept },
    claim: async (rules) => {
      kept ??= { ...rules };
      return { ...kept };
    },
    adopt: async (rules) => {
      kept = { ...rules };
    },
  };
}
