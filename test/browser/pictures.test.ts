import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ROOT } from "@teravoz/stack";
import type { BrowserContextOptions } from "playwright-core";
import { buildPage, openBoards } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { type RealtimeInProcess, startRealtime } from "../support/realtime-in-process.ts";

/** With PICTURES=1 the README's are written anew. */
const PICTURES = process.env.PICTURES === "1";
const HOME = join(ROOT, "services", "realtime", "web");

let realtime: RealtimeInProcess;
let boards: Awaited<ReturnType<typeof openBoards>>;
beforeAll(async () => {
  await buildPage();
  realtime = await startRealtime();
  await realtime.happen(...morning(Date.now()));
  boards = await openBoards();
}, 120_000);
afterAll(async () => {
  await boards?.close();
  await realtime?.stop();
});

const AGENTS = ["ana", "beto", "caio", "duda", "hugo"];
const QUEUES = ["900", "901", "902"];
const MINUTE_S = 60;

/** What a call centre had until `now`: sixty calls, some given up, five in progress, four waiting. */
function morning(now: number): string[] {
  const answered = Array.from({ length: 60 }, (_, n) => {
    const wait = 4 + ((n * 37) % 29);
    const begun = 90 * MINUTE_S - n * MINUTE_S;
    if (n % 9 === 0) return bodiesOf(n, begun, [["call.queue-abandon", 30 + wait]], 31 + wait);
    const agent = `${AGENTS[n % AGENTS.length]}@example.com`;
    const served: Step[] = [
      ["actor.ringing", wait - 3, agent],
      ["actor.entered", wait, agent],
      ["call.ongoing", wait + 0.2],
    ];
    if (n > 54) return bodiesOf(n, 300 - 4 * n, served);
    return bodiesOf(n, begun, [...served, ["actor.left", wait + 180, agent]], wait + 181);
  });
  const waiting = [37, 22, 16, 6].map((seconds, n) => bodiesOf(100 + n, seconds, []));
  return [...answered, ...waiting].flat().map((event) => {
    const { ago, ...fields } = event;
    return JSON.stringify({ ...fields, timestamp: new Date(now - ago * 1_000).toISOString() });
  });
}

type Step = [type: string, at: number, actor?: string];

function bodiesOf(n: number, beganAgo: number, steps: Step[], finishedAt?: number) {
  const queue = QUEUES[n % QUEUES.length];
  const all: Step[] = [["call.new", -1.5], ["call.standby", -1], ["call.waiting", 0], ...steps];
  if (finishedAt !== undefined) all.push(["call.finished", finishedAt]);
  const subscriber = 910_000_000 + ((12_345_677 * (n + 1)) % 89_000_000);
  const numbers = { their_number: `5511${subscriber}`, our_number: "551130001000" };
  return all.map(([type, at, actor]) => ({
    type,
    call_id: `${1_463_669_263 + n}.${30_033 + n}`,
    ago: beganAgo - at,
    direction: "inbound",
    ...numbers,
    ...(at >= 0 ? { queue } : {}),
    ...(actor ? { actor } : {}),
  }));
}

const views: [string, string, BrowserContextOptions][] = [
  ["live", "/", { locale: "en" }],
  ["live-dark", "/", { colorScheme: "dark" }],
  ["call", "/calls", { locale: "en" }],
  ["phone", "/", { viewport: { width: 390, height: 844 } }],
];

test.each(views)(
  "%s is seen without scrolling sideways, and without a complaint of the browser",
  async (name, path, options) => {
    const { page, problems } = await boards.open(realtime.url + path, options);
    await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(3));
    if (name === "call") {
      await page.locator("tbody tr", { hasText: "Finished" }).nth(3).click();
      await eventually(async () => expect(await page.locator(".timeline li").count()).toBeGreaterThan(5));
    }
    await eventually(async () => expect(await page.evaluate("document.getAnimations().length")).toBe(0));
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    // all of the live page is on one screen
    if (name.startsWith("live"))
      expect(await page.evaluate("document.documentElement.scrollHeight <= innerHeight")).toBe(true);
    expect(problems).toEqual([]);
    const picture = await page.screenshot();
    if (PICTURES && (name === "live" || name === "call")) await writeFile(join(HOME, `${name}.png`), picture);
  },
);
