import { expect, test } from "@jest/globals";
import { NO_TRAFFIC, sampleQueue } from "../../testing/sample-queue.ts";
import { toQueueCsv } from "./queue-file.ts";

test("the file of queues has the total and then each queue, with separate inbound, outbound and internal numbers", () => {
  const outbound = { placed: 7, connected: 5, dropped: 1, mean_talk_ms: 60_000 };
  const internal = { ...NO_TRAFFIC, placed: 2 };
  const numbers = {
    offered: 4,
    answered: 3,
    service_level: 0.754321,
    waiting_since: "2026-11-25T13:42:07.000Z",
  };
  const none = sampleQueue({ outbound, internal });
  const text = toQueueCsv(
    {
      total: { ...none, ...numbers },
      queues: [
        sampleQueue({ queue: "900", name: "Vendas", ...numbers }),
        sampleQueue({ queue: "901" }),
        none,
      ],
    },
    {
      language: "en",
      masked: false,
      zone: "America/Sao_Paulo",
      names: { total: "All queues", none: "no queue" },
    },
  );
  expect(text.split("\r\n")).toEqual([
    "queue,name,offered,answered,abandoned,short,overflowed,service_level,mean_wait_ms,p90_wait_ms,mean_talk_ms,waiting,waiting_since,outbound_placed,outbound_connected,outbound_dropped,outbound_mean_talk_ms,internal_placed,internal_connected,internal_dropped,internal_mean_talk_ms",
    ",All queues,4,3,0,0,0,0.7543,,,,0,2026-11-25T10:42:07.000-03:00,7,5,1,60000,2,0,0,",
    "900,Vendas,4,3,0,0,0,0.7543,,,,0,2026-11-25T10:42:07.000-03:00,0,0,0,,0,0,0,",
    "901,,0,0,0,0,0,,,,,0,,0,0,0,,0,0,0,",
    ",no queue,0,0,0,0,0,,,,,0,,7,5,1,60000,2,0,0,",
    "",
  ]);
});

test("a share has a decimal comma in Portuguese", () => {
  const text = toQueueCsv(
    { total: sampleQueue({ service_level: 0.5 }), queues: [] },
    { language: "pt-BR", masked: false, zone: "UTC", names: { total: "Todas", none: "sem fila" } },
  );
  expect(text).toContain("\r\n;Todas;0;0;0;0;0;0,5;");
});
