import type { Call, CallEvent } from "@teravoz/protocol/client";
import { ask } from "../../base/socket.ts";
import { WITHOUT_LEGS } from "../../model/call.ts";

/** `more`: the call has more events than these. */
export type WholeCall = { call: Call | null; events: CallEvent[]; more: boolean };

/** Reads a call and its events, even if the page does not follow the call. Returns null if that fails. */
export async function readCall(aggregate_id: string): Promise<WholeCall | null> {
  const [calls, events] = await Promise.all([
    ask("ListCalls", { params: { aggregate_id }, ...WITHOUT_LEGS }),
    ask("ListCallEvents", { call_id: aggregate_id }),
  ]);
  if (calls?.status !== "Ok" || events?.status !== "Ok") return null;
  return { call: calls.data[0] ?? null, events: events.data, more: events.next !== undefined };
}
