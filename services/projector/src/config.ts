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
    // ten years: past any duty to keep, and far within what a date can hold
    schema: wholeNumber(1, 3_650),
    optional: true,
    doc: "calls without an event for so many days, and older events of agents and dialers, are erased (unset = never)",
  },
  DEAD_LETTERS_MAX_BYTES: {
    // from some hundred dead letters of the largest bodies to a terabyte; the default takes a million of usual ones
    schema: wholeNumber(16 * 1024 ** 2, 1024 ** 4),
    default: String(1024 ** 3),
    doc: "bytes of dead letters in MongoDB, past which the oldest are deleted, counted and logged",
  },
  ...kafkaSettings,
  ...registrySettings,
  ...topicsSettings,
  ...statusSettings,
  ...stopSettings,
  ...mongoSettings,
  ...logSettings,
};
