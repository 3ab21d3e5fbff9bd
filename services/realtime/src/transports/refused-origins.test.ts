import { expect, test } from "@jest/globals";
import { createLog, createMetrics } from "@teravoz/runtime";
import { createRefusedOrigins, shownOrigin } from "./refused-origins.ts";

function open() {
  const clock = { ms: 1_000_000_000 };
  const lines: string[] = [];
  const metrics = createMetrics();
  const log = createLog("test", "warn", { write: (line) => void lines.push(line) });
  const refused = createRefusedOrigins({ log, metrics, now: () => clock.ms });
  const logged = () => lines.splice(0).map((line) => JSON.parse(line).origin);
  return { clock, metrics, refused, logged };
}

test("a refused origin is counted each time, and logged once a minute", async () => {
  const { clock, metrics, refused, logged } = open();
  for (let second = 0; second < 120; second++) {
    refused.note("http://localhost:5173");
    if (second === 30) refused.note("https://other.example");
    clock.ms += 1_000;
  }
  expect(logged()).toEqual(["http://localhost:5173", "https://other.example", "http://localhost:5173"]);
  expect(refused.list().map(({ name, count }) => [name, count])).toEqual([
    ["http://localhost:5173", 120],
    ["https://other.example", 1],
  ]);
  expect((await metrics.refusedOrigins.get()).values).toMatchObject([{ value: 121 }]);
});

test("at most twenty invented origins are logged in a minute", () => {
  const { refused, logged } = open();
  for (let n = 0; n < 1_000; n++) refused.note(`https://a${n}.example`);
  expect(logged()).toHaveLength(20);
  expect(refused.list()).toHaveLength(20);
});

test.each([
  "null",
  "http://localhost:5173",
  "https://board.example.com",
  "http://192.168.100.200:8080",
  "http://[::1]:3000",
  "chrome-extension://abcdefghijklmnop",
])("%s is shown unchanged", (origin) => expect(shownOrigin(origin)).toBe(origin));

test.each([
  "https://5511999990000.example",
  "https://55-11-99999-0000.example",
  "https://maria:secret@board.example",
  "https://board.example/5511999990000",
  "https://board.example?token=secret",
  "5511999990000",
  "maria@example.com",
  "",
  `https://${"a".repeat(200)}.example`,
])("%s is not shown", (origin) => expect(shownOrigin(origin)).toBe("…"));
