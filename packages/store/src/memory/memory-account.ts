import { randomUUID } from "node:crypto";
import type { Account, StoredRules } from "@teravoz/domain";

/** The model of the document that holds the rules of the account. */
export function createMemoryAccount(): Account {
  let kept: StoredRules | null = null;
  let id: string | null = null;
  return {
    installation: async () => {
      id ??= randomUUID();
      return id;
    },
    findInstallation: async () => id,
    find: async () => kept && { ...kept },
    claim: async (rules) => {
      kept ??= { ...rules };
      return { ...kept };
    },
    adopt: async (rules) => {
      kept = { ...rules, adopting: true };
    },
    finishAdoption: async ({ region, senderZone }) => {
      if (kept?.region === region && kept.senderZone === senderZone) kept = { region, senderZone };
    },
  };
}
