/** One event of a flow: what it is, whom it names, and how long after the one before it comes. */
export type FlowStep = { type: string; queue?: string; actor?: string; gapMs: number };

export type FlowName = "delegated" | "sandbox" | "outbound" | "abandoned" | "transferred";

const step = (type: string, gapMs: number, named: { queue?: string; actor?: string } = {}): FlowStep => ({
  type,
  gapMs,
  ...named,
});

const served = (queue: string, actor: string): FlowStep[] => [
  step("call.waiting", 400, { queue }),
  step("actor.entered", 9_000, { queue, actor }),
  step("call.ongoing", 150),
  step("actor.left", 60_000, { queue, actor }),
];
const begun = [step("call.new", 0), step("call.standby", 300)];
const finished = step("call.finished", 200);

/** The sequences of events TeraVoz sends for a call. Source: the vendor's samples, sandbox and dialer. */
export const flows: Readonly<Record<FlowName, readonly FlowStep[]>> = {
  delegated: [...begun, ...served("900", "ana@example.com"), finished],
  sandbox: [...begun, step("call.ongoing", 2_000), finished],
  outbound: [begun[0]!, ...served("901", "beto@example.com"), finished],
  abandoned: [
    ...begun,
    step("call.waiting", 400, { queue: "900" }),
    step("call.queue-abandon", 35_000, { queue: "900" }),
    finished,
  ],
  transferred: [
    ...begun,
    ...served("900", "ana@example.com"),
    ...served("901", "beto@example.com"),
    finished,
  ],
};
