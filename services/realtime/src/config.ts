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
  topicsSettings,
  wholeNumber,
} from "@teravoz/runtime";

/** Every environment variable of this service. */
export const settings = {
  ...logSettings,
  ...listenSettings("REALTIME_PORT", 4000),
  ...kafkaSettings,
  ...registrySettings,
  ...topicsSettings,
  ...statusSettings,
  ...stopSettings,
  ...mongoSettings,
  ...accountSettings,
  ...queueSettings,
  DASHBOARD_TOKEN: token("token of the sockets: socket.io auth.token, Bearer, Basic password or ?token="),
  RECONCILE_INTERVAL_MS: {
    // less than a second would be a load in itself; up to a minute, two comparisons cover each change
    schema: wholeNumber(1_000, 60_000),
    default: "30000",
    doc: "ms between two comparisons of the boards with the store, which find lost notices",
  },
  // unset = the page cannot redrive dead letters
  ADMIN_TOKEN: { ...adminToken, neededInProduction: false },
  ALLOWED_ORIGINS: {
    schema: originList,
    optional: true,
    doc: "origins whose pages may connect, separated by commas (unset = the same host; on a loopback HOST every page of this machine)",
  },
} as const satisfies Settings;
