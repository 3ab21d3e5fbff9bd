import { isRegion, type Region } from "@teravoz/domain";
import { z } from "zod";
import type { Settings } from "./config.ts";

/** Settings that decide how events are read: the same for every service of a database. */
export const accountSettings = {
  ACCOUNT_REGION: {
    schema: z.custom<Region>(
      (value) => typeof value === "string" && isRegion(value),
      "must be a country like BR",
    ),
    default: "BR",
    doc: "country by whose rules telephone numbers are read (ISO 3166-1, two letters)",
  },
} as const satisfies Settings;
