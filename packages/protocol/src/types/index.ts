export type { DeadLetter, DeliveryStatus } from "@teravoz/domain/deliveries";
export type { Telephone } from "@teravoz/domain/telephone";
export type * from "./admin.ts";
export type * from "./call.ts";
export type * from "./deliveries.ts";
export type * from "./messages.ts";
export type * from "./reports.ts";
export type * from "./system.ts";
export type * from "./wire.ts";
