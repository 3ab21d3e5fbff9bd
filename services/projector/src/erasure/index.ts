export { type DailyPorts, doWhenDue, startDaily } from "./daily.ts";
export { addErasureRoutes } from "./routes.ts";
export { TICK_KEY, TOMBSTONES_AT_ONCE } from "./tombstones.ts";
