import type { CommandInput } from "../../src/commands.ts";
import type { Answers, CommandName, More, Pushes, PushName, Wire } from "../../src/types/index.ts";
import { call, callEvents } from "./calls.ts";
import {
  abandonedReport,
  agentReport,
  agentsDelta,
  deadLetterText,
  deliveryReport,
  queueDayReport,
  queueReport,
  queuesDelta,
  stats,
  systemReport,
  waiting,
} from "./reports.ts";

/** A command as a client sends it, and the `data` of the answer with the further keys of its envelope. */
type Example<N extends CommandName> = { data: CommandInput<N>; answer: Wire<Answers[N]>; more?: More };

export const COMMAND_EXAMPLES: { [N in CommandName]: Example<N> } = {
  ListCalls: {
    data: { params: { state: "ONGOING", number: "(11) 99999-8888" }, limit: 1 },
    answer: [call],
    more: { next: "NDcxMQ" },
  },
  ListCallEvents: { data: { call_id: "1463669263.30033" }, answer: callEvents },
  ListQueues: { data: {}, answer: queueReport },
  ListAgents: { data: { minutes: 30 }, answer: agentReport },
  ListQueueDay: { data: { queue: "900" }, answer: queueDayReport },
  ListAbandoned: { data: { days: 1 }, answer: abandonedReport },
  ListStats: { data: { minutes: 30 }, answer: stats },
  ListSystem: { data: {}, answer: systemReport },
  Rewind: {
    data: { at: "2026-11-25T07:45:00-03:00" },
    answer: { ...queueReport, ...agentReport, waiting: [waiting] },
  },
  ListDeliveries: { data: { status: "unknown-type", limit: 100 }, answer: deliveryReport },
  ShowDelivery: {
    data: { id: deadLetterText.id },
    answer: { id: deadLetterText.id, encoding: deadLetterText.encoding, body: deadLetterText.body },
  },
  ShowNumber: {
    data: { number: "11 99999-8888" },
    answer: { canonical: "+5511999998888", display: "+55 11 99999-8888" },
  },
  Subscribe: { data: { params: { visited: "900" }, since: "2026-11-25T03:00:00Z" }, answer: [call] },
  SubscribeQueues: { data: { minutes: 30 }, answer: queueReport },
  SubscribeAgents: { data: {}, answer: agentReport },
};

export const PUSH_EXAMPLES: { [N in PushName]: { data: Wire<Pushes[N]>; more?: More } } = {
  Welcome: { data: "Welcome" },
  DataChanged: { data: {} },
  CallChanged: { data: call, more: { left: true } },
  CallErased: { data: { aggregate_id: "1463669263.30033" } },
  QueuesChanged: { data: queuesDelta },
  AgentsChanged: { data: agentsDelta },
  Stale: { data: { since: "2026-11-25T10:44:00.000Z" } },
  Fresh: { data: {} },
};
