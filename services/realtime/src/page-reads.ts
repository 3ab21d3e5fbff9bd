import type {
  AbandonedReport,
  AgentReport,
  Call,
  DeliveryRow,
  QueueDayReport,
  QueueReport,
  RewoundReport,
  SystemReport,
  Wire,
} from "@teravoz/protocol";
import type { Agent as ReadAgent } from "../web/src/agents.ts";
import type { Call as ReadCall } from "../web/src/calls.ts";
import type { QueueDay as ReadQueueDay } from "../web/src/day-charts.ts";
import type { Delivery as ReadDelivery } from "../web/src/delivery.ts";
import type * as read from "../web/src/reports.ts";
import type { SystemReport as ReadSystem } from "../web/src/system-report.ts";

// `check` compiles this file, and nothing runs it. It compares the types of the page with those of the protocol, until the page uses the latter.

/** The compiler reports an error if the page cannot read as `Read` what the server sends. */
type Reads<Read, Sent extends Read> = [Read, Sent];

export type PageReads = [
  Reads<ReadCall, Wire<Call>>,
  Reads<read.Report, Wire<QueueReport>>,
  Reads<read.AgentReport, Wire<AgentReport>>,
  Reads<ReadAgent, Wire<AgentReport["agents"][number]>>,
  Reads<read.AbandonedReport, Wire<AbandonedReport>>,
  Reads<read.PastReport, Wire<RewoundReport>>,
  Reads<ReadQueueDay, Wire<QueueDayReport>>,
  Reads<ReadDelivery, Wire<DeliveryRow>>,
  Reads<ReadSystem, Wire<SystemReport>>,
];
