import {
  accountSettings,
  adminToken,
  erasureSettings,
  kafkaSettings,
  listenSettings,
  logSettings,
  mongoSettings,
  registrySettings,
  statusSettings,
  stopSettings,
  topicsSettings,
  wholeNumber,
} from "@teravoz/runtime";

export const settings = {
  ...listenSettings("PROJECTOR_PORT", 3335),
  ADMIN_TOKEN: adminToken,
  ...accountSettings,
  ...erasureSettings,
  EVENT_RETENTION_DAYS: {
    // ten years: longer than any duty to keep data, and far below the limit of a date
    schema: wholeNumber(1, 3_650),
    optional: true,
    doc: "calls without an event for this many days, and older events of agents and dialers, are erased (unset = never)",
  },
  DEAD_LETTERS_MAX_BYTES: {
    // from a few hundred of the largest dead letters to a terabyte; the default holds a million usual ones
    schema: wholeNumber(16 * 1024 ** 2, 1024 ** 4),
    default: String(1024 ** 3),
    doc: "limit for the bytes of dead letters in MongoDB; above it the oldest are deleted, counted and logged",
  },
  ...kafkaSettings,
  ...registrySettings,
  ...topicsSettings,
  ...statusSettings,
  ...stopSettings,
  ...mongoSettings,
  ...logSettings,
};
