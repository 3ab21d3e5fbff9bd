import type { EventType } from "./catalogue.ts";

/** One event of a flow: its type, the queue and agent that it names, and the gap after the event before it. */
export type FlowStep = { type: EventType; queue?: string; actor?: string; gapMs: number };

export type FlowName = "delegated" | "sandbox" | "outbound" | "abandoned" | "transferred" | "campaign";

const step = (type: EventType, gapMs: number, named: { queue?: string; actor?: string } = {}): FlowStep => ({
  type,
  gapMs,
  ...named,
});

const served = (actor: string, through: { queue?: string }): FlowStep[] => [
  step("call.waiting", 400, through),
  step("actor.entered", 9_000, { ...through, actor }),
  step("call.ongoing", 150),
  step("actor.left", 60_000, { ...through, actor }),
];
const begun = [step("call.new", 0), step("call.standby", 300)];
const finished = step("call.finished", 200);

/**
 * The sequences of events TeraVoz sends for a call. Source: the vendor's samples, sandbox and dialer. An `outbound`
 * call enters no queue. The dialer also makes the calls of a `campaign`, and connects the customer to a queue
 * (`destination_type: queue`).
 */
export const flows: Readonly<Record<FlowName, readonly FlowStep[]>> = {
  delegated: [...begun, ...served("ana@example.com", { queue: "900" }), finished],
  sandbox: [...begun, step("call.ongoing", 2_000), finished],
  outbound: [begun[0]!, ...served("beto@example.com", {}), finished],
  abandoned: [
    ...begun,
    step("call.waiting", 400, { queue: "900" }),
    step("call.queue-abandon", 35_000, { queue: "900" }),
    finished,
  ],
  transferred: [
    ...begun,
    ...served("ana@example.com", { queue: "900" }),
    ...served("beto@example.com", { queue: "901" }),
    finished,
  ],
  campaign: [begun[0]!, ...served("beto@example.com", { queue: "901" }), finished],
};
