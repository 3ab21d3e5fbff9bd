export type { RedrivePorts } from "./redrive.ts";
export {
  addDeadLetterRoutes,
  addRedriveRoutes,
  type DeadLetterPorts,
  type RedriveRoutePorts,
} from "./routes.ts";
export { withText } from "./text.ts";
