import { type FoldRules, isRegion, isZone, type Region } from "@teravoz/domain";
import { z } from "zod";
import type { Config, Settings } from "./config.ts";

/** The zone of timestamps without a zone. It must be the same for all services of a database. */
export const senderSettings = {
  SENDER_TIME_ZONE: {
    schema: z.string().refine(isZone, "must be a zone like America/Sao_Paulo"),
    default: "UTC",
    doc: "IANA time zone of timestamps without a zone",
  },
} as const satisfies Settings;

/** The settings that determine how events are read. They must be the same for all services of a database. */
export const accountSettings = {
  ACCOUNT_REGION: {
    schema: z.custom<Region>(
      (value) => typeof value === "string" && isRegion(value),
      "must be a country like BR",
    ),
    default: "BR",
    doc: "country whose rules are used to read telephone numbers (ISO 3166-1, two letters)",
  },
  ...senderSettings,
} as const satisfies Settings;

/** Returns the fold rules that the settings of a service require. */
export const foldRulesOf = (config: Config<typeof accountSettings>): FoldRules => ({
  region: config.ACCOUNT_REGION,
  senderZone: config.SENDER_TIME_ZONE,
});
