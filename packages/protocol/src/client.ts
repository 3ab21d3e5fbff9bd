import type * as agents from "@teravoz/domain/agents";
import type * as calls from "@teravoz/domain/call";
import type * as letters from "@teravoz/domain/deliveries";
import type * as events from "@teravoz/domain/event";
import type * as numbers from "@teravoz/domain/numbers";
import type * as sent from "./types/index.ts";
import type { Wire } from "./types/wire.ts";

/** The types of the protocol as a client reads them from JSON: times are ISO 8601 texts. */

export type { CommandInput } from "./commands.ts";
export type { CommandName, Envelope, More, PushName } from "./types/messages.ts";

export type Answers = Wire<sent.Answers>;
export type Pushes = Wire<sent.Pushes>;

export type CallState = events.CallState;
/** A call without the deprecated alias `legs`, so that no page reads it. */
export type Call = Wire<Omit<sent.Call, "legs">>;
export type Visit = Wire<calls.Visit>;
export type CallEvent = Wire<sent.CallEvent>;
export type Telephone = Wire<sent.Telephone>;

export type AgentState = agents.AgentState;
export type Agent = Wire<agents.Agent>;
export type AgentReport = Wire<sent.AgentReport>;

export type TrafficNumbers = Wire<numbers.TrafficNumbers>;
export type QueueNumbers = Wire<numbers.QueueNumbers>;
export type QueueRow = Wire<sent.QueueRow>;
export type QueueReport = Wire<sent.QueueReport>;
export type SliceNumbers = Wire<numbers.SliceNumbers>;
export type QueueDayReport = Wire<sent.QueueDayReport>;
export type WaitingCaller = Wire<numbers.WaitingCaller>;
export type RewoundReport = Wire<sent.RewoundReport>;

export type Abandoned = Wire<numbers.Abandoned>;
export type AbandonedPerson = Wire<numbers.AbandonedPerson>;
export type AbandonedReport = Wire<sent.AbandonedReport>;

export type DeliveryStatus = letters.DeliveryStatus;
export type DeadLetterStatus = letters.DeadLetterStatus;
export type DeliveryRow = Wire<sent.DeliveryRow>;
export type DeliveryReport = Wire<sent.DeliveryReport>;
export type DeliveryBody = Wire<sent.DeliveryBody>;

export type SystemReport = Wire<sent.SystemReport>;
export type Instance = SystemReport["instances"][number];
export type InstanceState = Instance["standing"];
export type Lag = NonNullable<SystemReport["lag"]>;
export type PartitionLag = Lag["partitions"][number];
export type Refusals = SystemReport["refusals"][number];
export type RefusedName = SystemReport["wrong_paths"][number];
