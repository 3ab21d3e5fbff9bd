export type { Call, DeadLetter, DeliveryStatus, Telephone } from "@teravoz/domain";
export type { CommandData, CommandInput } from "../commands.ts";
export type * from "./admin.ts";
export type * from "./deliveries.ts";
export type * from "./messages.ts";
export type * from "./reports.ts";
export type * from "./system.ts";
export type * from "./wire.ts";
