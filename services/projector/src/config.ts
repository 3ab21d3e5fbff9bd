import {
  kafkaSettings,
  listenSettings,
  logSettings,
  mongoSettings,
  registrySettings,
  token,
} from "@teravoz/runtime";

export const settings = {
  ...listenSettings("PROJECTOR_PORT", 3335),
  ADMIN_TOKEN: token("Bearer token of the admin API, which is not for the internet"),
  ...kafkaSettings,
  ...registrySettings,
  ...mongoSettings,
  ...logSettings,
};
