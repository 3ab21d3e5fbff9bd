import type { StoredEvent } from "@teravoz/domain/event";
import type { Telephone } from "@teravoz/domain/telephone";
import type { Call } from "./call.ts";
import type { DeliveryBody, DeliveryReport } from "./deliveries.ts";
import type {
  AbandonedReport,
  AgentReport,
  AgentsDelta,
  QueueDayReport,
  QueueReport,
  QueuesDelta,
  RewoundReport,
  Stats,
} from "./reports.ts";
import type { SystemReport } from "./system.ts";

/** An event of a call. `event` is the webhook's body as it was received. */
export type CallEvent = Pick<StoredEvent, "id" | "aggregate_id" | "uuid" | "occurred_at" | "received_at"> & {
  event: Record<string, unknown>;
};

/** The commands, each with the `data` of its answer. */
export type Answers = {
  ListCalls: Call[];
  ListCallEvents: CallEvent[];
  ListQueues: QueueReport;
  ListAgents: AgentReport;
  ListQueueDay: QueueDayReport;
  ListAbandoned: AbandonedReport;
  ListStats: Stats;
  ListSystem: SystemReport;
  Rewind: RewoundReport;
  ListDeliveries: DeliveryReport;
  ShowDelivery: DeliveryBody;
  ShowNumber: Telephone | null;
  Subscribe: Call[];
  SubscribeQueues: QueueReport;
  SubscribeAgents: AgentReport;
};

export type CommandName = keyof Answers;

/** The messages that the server sends on its own, each with its `data`. */
export type Pushes = {
  Welcome: "Welcome";
  DataChanged: Record<string, never>;
  CallChanged: Call;
  CallErased: Pick<Call, "aggregate_id">;
  QueuesChanged: QueuesDelta;
  AgentsChanged: AgentsDelta;
  Stale: { since: Date };
  Fresh: Record<string, never>;
};

export type PushName = keyof Pushes;

/** Further keys of an envelope. A key is left out if it does not apply. */
export type More = {
  /** The cursor of the next page. */
  next?: string;
  /** True if the search matched more numbers or agents than the server looks up: calls are missing. */
  cut?: true;
  /** True if the call no longer meets the conditions of the subscription. */
  left?: true;
};

/** The `data` of a message with the status Failed. */
export type Failure = { success: false; error: string };

/** A message of the server. */
export type Envelope<D> = { event: string } & More &
  ({ status: "Ok"; data: D } | { status: "Failed"; data: Failure });
