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
    doc: "finished calls that have not changed for so many days are erased (unset = never)",
  },
  ...kafkaSettings,
  ...registrySettings,
  ...statusSettings,
  ...stopSettings,
  ...mongoSettings,
  ...logSettings,
};
