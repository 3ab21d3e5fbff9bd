import {
  kafkaSettings,
  listenSettings,
  logSettings,
  registrySettings,
  senderSettings,
  statusSettings,
  stopSettings,
  token,
  topicsSettings,
  wholeNumber,
  writableDirectory,
} from "@teravoz/runtime";

export const settings = {
  ...listenSettings("INGEST_PORT", 3333),
  WEBHOOK_TOKEN: token("token that TeraVoz sends: Bearer, Basic password, or ?token= in the webhook's URL"),
  SPOOL_DIR: {
    schema: writableDirectory,
    optional: true,
    doc: "directory on a volume that outlives the instance: keeps events while a broker is unavailable (unset = they are answered 503)",
  },
  SPOOL_MAX_BYTES: {
    // the minimum holds sixteen of the largest bodies, the maximum gives 2,000 files; the default holds two million
    // usual bodies: an hour at 500 a second
    schema: wholeNumber(1024 ** 2, 16 * 1024 ** 3),
    default: String(1024 ** 3),
    doc: "maximum number of bytes that an instance keeps there; above it events are answered 503",
  },
  ...senderSettings,
  ...kafkaSettings,
  ...registrySettings,
  ...topicsSettings,
  ...statusSettings,
  ...stopSettings,
  ...logSettings,
};
