import * as z from "zod/mini";
import { call } from "./schemas/call.ts";
import { describe } from "./schemas/describe.ts";
import { agentsDelta, queuesDelta } from "./schemas/reports.ts";
import { moment, text } from "./schemas/values.ts";
import type { More, Pushes, PushName } from "./types/messages.ts";
import type { Wire } from "./types/wire.ts";

type Definition<D> = {
  doc: string;
  data: z.ZodMiniType<D>;
  /** Further keys of the envelope. */
  more?: readonly (keyof More)[];
};

const nothing = () => describe(z.record(z.string(), z.never()), "An empty object.");

/** Every message that the server sends on its own. To add one, begin with its data in types/messages.ts. */
export const PUSHES = {
  Welcome: {
    doc: "The first message of every connection.",
    data: describe(z.literal("Welcome"), "The text `Welcome`."),
  },
  DataChanged: {
    doc: "A call or an agent changed. Every socket gets it, at most once in 50 ms.",
    data: nothing(),
  },
  CallChanged: {
    doc: "A call of the subscription changed.",
    data: call,
    more: ["left"],
  },
  CallErased: {
    doc: "A call of the subscription was erased.",
    data: z.object({ aggregate_id: text("The call_id.") }),
  },
  QueuesChanged: {
    doc: "Numbers of the followed queues changed. Sent at most once a second.",
    data: queuesDelta,
  },
  AgentsChanged: {
    doc: "Followed agents changed. Sent at most once a second.",
    data: agentsDelta,
  },
  Stale: {
    doc: "This server receives no changes at present, so the data that it has sent may be outdated. Also sent right after `Welcome`.",
    data: z.object({ since: moment("The beginning of this state.") }),
  },
  Fresh: {
    doc: "The end of a `Stale`: the data that the server has sent is up to date again.",
    data: nothing(),
  },
} as const satisfies { [N in PushName]: Definition<Wire<Pushes[N]>> };

export const PUSH_NAMES = Object.keys(PUSHES) as PushName[];

/** The `data` of a message whose status is Failed. */
export const failure = z.object({
  success: z.literal(false),
  error: text("The reason."),
});
