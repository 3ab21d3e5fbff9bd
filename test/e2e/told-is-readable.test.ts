import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Gateway, openGateway } from "../support/gateway.ts";
import { connectClient, type SocketClient } from "../support/socket-clients.ts";

let gateway: Gateway;
let clients: SocketClient[];
beforeAll(async () => {
  gateway = await openGateway({ realtime: 2 });
  clients = await Promise.all(gateway.realtime.map(({ url }) => connectClient("websocket", url)));
});
afterAll(async () => {
  for (const client of clients ?? []) client.close();
  await gateway?.close();
});

const ROUNDS = 1_000;

test(`a client told by CallChanged reads the new state at once, on either instance, ${ROUNDS} times in a row`, async () => {
  const [told, asked] = clients as [SocketClient, SocketClient];
  await told.ask("Subscribe", {});
  for (let round = 0; round < ROUNDS; round++) {
    const [teller, reader] = round % 2 === 0 ? [told, asked] : [told, told];
    const call_id = `1700000000.${round}`;
    await gateway.post(JSON.stringify({ type: "call.new", call_id, timestamp: new Date().toISOString() }));
    // after a rebalance or a lost connection earlier calls may be sent again
    let changed: string;
    do changed = (await teller.next("CallChanged")).data.aggregate_id;
    while (changed !== call_id);
    const { data } = await reader.ask("ListCalls", { params: { aggregate_id: call_id } });
    expect(data).toEqual([expect.objectContaining({ aggregate_id: call_id, state: "NEW" })]);
  }
});

/** DataChanged that came by itself, after a rebalance for example, and not because of the event that was waited for. */
const FOREIGN = ROUNDS / 20;

test(`a client told by DataChanged of one event reads it at once, on either instance, ${ROUNDS} times in a row`, async () => {
  const [told, asked] = clients as [SocketClient, SocketClient];
  let foreign = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const reader = round % 2 === 0 ? asked : told;
    const call_id = `1800000000.${round}`;
    while (told.untaken("DataChanged") > 0) await told.next("DataChanged");
    await gateway.post(JSON.stringify({ type: "call.new", call_id, timestamp: new Date().toISOString() }));
    // DataChanged does not say what changed. If it came too early, no other one follows, and the test ends at its timeout.
    for (;;) {
      await told.next("DataChanged");
      const { data } = await reader.ask("ListCalls", { params: { aggregate_id: call_id } });
      if (data.length === 1) break;
      foreign += 1;
    }
  }
  expect(foreign).toBeLessThan(FOREIGN);
});
