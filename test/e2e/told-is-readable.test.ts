import { setTimeout as sleep } from "node:timers/promises";
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
    const changed = teller.next("CallChanged");
    await gateway.post(JSON.stringify({ type: "call.new", call_id, timestamp: new Date().toISOString() }));
    expect((await changed).data).toMatchObject({ aggregate_id: call_id });
    const { data } = await reader.ask("ListCalls", { params: { aggregate_id: call_id } });
    expect(data).toEqual([expect.objectContaining({ aggregate_id: call_id, state: "NEW" })]);
  }
});

test(`a client told by DataChanged of one event reads it at once, on either instance, ${ROUNDS} times in a row`, async () => {
  const [told, asked] = clients as [SocketClient, SocketClient];
  // DataChanged does not say of what: what is still on its way from before must be in, it comes within 50 ms
  await sleep(500);
  while (told.untaken("DataChanged") > 0) await told.next("DataChanged");
  for (let round = 0; round < ROUNDS; round++) {
    const reader = round % 2 === 0 ? asked : told;
    const call_id = `1800000000.${round}`;
    const changed = told.next("DataChanged");
    await gateway.post(JSON.stringify({ type: "call.new", call_id, timestamp: new Date().toISOString() }));
    await changed;
    const { data } = await reader.ask("ListCalls", { params: { aggregate_id: call_id } });
    expect([round, data.length]).toEqual([round, 1]);
  }
});
