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
  WEBHOOK_TOKEN: token("what TeraVoz must present: Bearer, Basic password, or ?token= in the webhook's URL"),
  SPOOL_DIR: {
    schema: writableDirectory,
    optional: true,
    doc: "directory on a volume that outlives the instance: keeps events while a broker is away; without it they are answered 503",
  },
  SPOOL_MAX_BYTES: {
    // sixteen of the largest bodies to 2,000 files; the default takes two million usual ones: an hour at 500 a second
    schema: wholeNumber(1024 ** 2, 16 * 1024 ** 3),
    default: String(1024 ** 3),
    doc: "bytes an instance keeps there at most; past it events are answered 503",
  },
  ...senderSettings,
  ...kafkaSettings,
  ...registrySettings,
  ...topicsSettings,
  ...statusSettings,
  ...stopSettings,
  ...logSettings,
};
