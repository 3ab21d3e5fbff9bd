import {
  accountSettings,
  adminToken,
  kafkaSettings,
  listenSettings,
  logSettings,
  mongoSettings,
  originList,
  queueSettings,
  registrySettings,
  type Settings,
  statusSettings,
  stopSettings,
  token,
} from "@teravoz/runtime";

/** Every environment variable of this service. */
export const settings = {
  ...logSettings,
  ...listenSettings("REALTIME_PORT", 4000),
  ...kafkaSettings,
  ...registrySettings,
  ...statusSettings,
  ...stopSettings,
  ...mongoSettings,
  ...accountSettings,
  ...queueSettings,
  DASHBOARD_TOKEN: token("token of the sockets: socket.io auth.token, Bearer, Basic password or ?token="),
  // unset = dead letters are not sent again from the page
  ADMIN_TOKEN: { ...adminToken, neededInProduction: false },
  ALLOWED_ORIGINS: {
    schema: originList,
    optional: true,
    doc: "origins whose pages may connect, separated by commas (unset = the same host; on a loopback HOST all of this machine)",
  },
} as const satisfies Settings;
