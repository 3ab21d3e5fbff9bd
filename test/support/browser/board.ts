import { expect } from "@jest/globals";
import type { Call } from "@teravoz/domain";
import { eventually } from "../eventually.ts";
import type { Gateway } from "../services/gateway.ts";
import { connectClient, type Envelope } from "../traffic/socket-clients.ts";

/** Opens a client that follows all calls, as the page does. `held` returns the calls that it holds. */
export async function followCalls(url: string) {
  const client = await connectClient("websocket", url);
  const { data } = await client.ask("Subscribe", {});
  const start = client.received.length;
  const held = () => {
    const calls = new Map<string, Call>(data.map((call: Call) => [call.aggregate_id, call]));
    for (const envelope of client.received.slice(start)) take(calls, envelope);
    return calls;
  };
  return { held, close: client.close };
}

function take(calls: Map<string, Call>, { event, data }: Envelope): void {
  if (event === "CallErased") calls.delete(data.aggregate_id);
  if (event === "CallChanged" && data.version >= (calls.get(data.aggregate_id)?.version ?? 0))
    calls.set(data.aggregate_id, data);
}

type Board = Awaited<ReturnType<typeof followCalls>>;

/** Waits until the client holds the stored calls. */
export const expectShown = (board: Board, gateway: Gateway): Promise<void> =>
  eventually(async () => {
    const stored = (await gateway.calls()).map(describe).sort();
    expect([...board.held().values()].map(describe).sort()).toEqual(stored);
  }, 20_000);

const describe = ({ aggregate_id, version, state, queue }: Call) =>
  `${aggregate_id} ${version} ${state} ${queue}`;
