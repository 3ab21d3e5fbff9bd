import type { FoldRules } from "@teravoz/domain";
import {
  accountContract,
  jobsContract,
  lettersContract,
  readinessContract,
  senderZoneContract,
  storeContract,
} from "../contract.ts";
import { openMemoryStore } from "./open-memory-store.ts";

const close = async () => {};

const open = async (rules?: FoldRules) => {
  const { erasures: desk, ...storage } = openMemoryStore(rules && { rules });
  return { ...storage, desk, close };
};

storeContract("memory", () => open());
senderZoneContract("memory", open);
accountContract("memory", () => open());
lettersContract("memory", () => open());
jobsContract("memory", async (now) => ({ jobs: openMemoryStore({ now }).jobs, close }));
readinessContract("memory", () => open());
