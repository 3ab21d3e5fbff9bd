import type { Call } from "@teravoz/domain";
import type { Agent as ReadAgent } from "../../board/src/model/agent.ts";
import type { Call as ReadCall } from "../../board/src/model/call.ts";
import type { Delivery as ReadDelivery } from "../../board/src/model/delivery.ts";
import type * as read from "../../board/src/model/reports.ts";
import type { QueueDay as ReadQueueDay } from "../../board/src/model/reports.ts";
import type { SystemReport as ReadSystem } from "../../board/src/model/system-report.ts";
import type { DeliveryRow } from "./deliveries.ts";
import type { AbandonedReport, AgentReport, QueueDayReport, QueueReport, RewoundReport } from "./reports.ts";
import type { SystemReport } from "./system/system.ts";

// Compiled by `check` and never run: the page has types of its own for what it is sent, and they are wrong where this is.

/** What JSON makes of it: times are text. */
type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Each)[]
    ? Wire<Each>[]
    : T extends object
      ? { [Name in keyof T]: Wire<T[Name]> }
      : T;

/** An error of the compiler where what is sent cannot be read so. */
type Reads<Read, Sent extends Read> = [Read, Sent];

export type PageReads = [
  Reads<ReadCall, Wire<Call>>,
  Reads<read.QueueReport, Wire<QueueReport>>,
  Reads<read.AgentReport, Wire<AgentReport>>,
  Reads<ReadAgent, Wire<AgentReport["agents"][number]>>,
  Reads<read.AbandonedReport, Wire<AbandonedReport>>,
  Reads<read.PastReport, Wire<RewoundReport>>,
  Reads<ReadQueueDay, Wire<QueueDayReport>>,
  Reads<ReadDelivery, Wire<DeliveryRow>>,
  Reads<ReadSystem, Wire<SystemReport>>,
];
