import { kafkaSettings, listenSettings, logSettings, registrySettings, token } from "@teravoz/runtime";

export const settings = {
  ...listenSettings("INGEST_PORT", 3333),
  WEBHOOK_TOKEN: token("what TeraVoz must present: Bearer, Basic password, or ?token= in the webhook's URL"),
  ...kafkaSettings,
  ...registrySettings,
  ...logSettings,
};
