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
import type { Agent as ReadAgent } from "../../board/src/model/agent.ts";
import type { Call as ReadCall } from "../../board/src/model/call.ts";
import type { Delivery as ReadDelivery } from "../../board/src/model/delivery.ts";
import type * as read from "../../board/src/model/reports.ts";
import type { QueueDay as ReadQueueDay } from "../../board/src/model/reports.ts";
import type { SystemReport as ReadSystem } from "../../board/src/model/system-report.ts";

// `check` compiles this file, and nothing runs it. It compares the types of the page with those of the protocol, until the page uses the latter.

/** The compiler reports an error if the page cannot read as `Read` what the server sends. */
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
