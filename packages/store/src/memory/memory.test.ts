import type { FoldRules } from "@teravoz/domain";
import {
  accountContract,
  deadLettersContract,
  jobsContract,
  readinessContract,
  senderZoneContract,
  storeContract,
} from "../contract.ts";
import { openMemoryStore } from "./open-memory-store.ts";

const close = async () => {};

const open = async (rules?: FoldRules) => {
  const { erasures, ...storage } = openMemoryStore(rules && { rules });
  return { ...storage, erasures, close };
};

storeContract("memory", () => open());
senderZoneContract("memory", open);
accountContract("memory", () => open());
deadLettersContract("memory", () => open());
jobsContract("memory", async (now) => ({ jobs: openMemoryStore({ now }).jobs, close }));
readinessContract("memory", () => open());
