import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { ROOT } from "@teravoz/stack";
import type { BrowserContextOptions } from "playwright-core";
import { buildPage, openBoards } from "../support/browser/browser.ts";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";
import { type RealtimeInProcess, startRealtime } from "../support/services/realtime-in-process.ts";

/** A browser and its server share the machine with other tests. */
jest.setTimeout(180_000);

/** With PICTURES=1 the pictures of the README are written again. */
const PICTURES = process.env.PICTURES === "1";
const HOME = join(ROOT, "services", "board", "pictures");

let realtime: RealtimeInProcess;
let boards: Awaited<ReturnType<typeof openBoards>>;
let now: number;
beforeAll(async () => {
  await buildPage();
  // the pictures of the README use the default zone; otherwise no midnight comes between the events and the
  // board
  realtime = await startRealtime(PICTURES ? {} : { env: { ACCOUNT_TIME_ZONE: zoneAtNoon() } });
  now = Date.now();
  for (const { at, body } of morning(now)) realtime.notify(await realtime.storeAt(at, body));
  boards = await openBoards();
});
afterAll(async () => {
  await boards?.end();
  await realtime?.stop();
});

const AGENTS = ["ana", "beto", "caio", "duda", "hugo"];
const QUEUES = Array.from({ length: 10 }, (_, n) => String(900 + n));
const MINUTE_S = 60;

/**
 * Seconds since the rush, when more calls arrived than could be answered. The picture of the past shows this
 * moment.
 */
const RUSH = 20 * MINUTE_S;

/**
 * The events of a call centre until `now`: sixty calls, some abandoned, five in progress, four waiting, and a
 * rush.
 */
function morning(now: number): { at: Date; body: string }[] {
  const answered = Array.from({ length: 60 }, (_, n) => {
    const wait = 4 + ((n * 37) % 29);
    const begun = 90 * MINUTE_S - n * MINUTE_S;
    if (n % 7 === 0) return bodiesOf(n, begun, [["call.queue-abandon", 30 + wait]], 31 + wait);
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
  const rush = [94, 71, 52, 33, 18, 15, 9].map((seconds, n) => {
    const agent = `${AGENTS[n % AGENTS.length]}@example.com`;
    const wait = n < 2 ? 12 : seconds + 20;
    const served: Step[] = [
      ["actor.entered", wait, agent],
      ["call.ongoing", wait + 0.2],
    ];
    return bodiesOf(200 + n, RUSH + seconds, served, wait + 150);
  });
  const events = [...answered, ...waiting, ...rush, presences()]
    .flat()
    .sort((one, other) => other.ago - one.ago);
  return events.map(({ ago, ...fields }) => {
    const at = new Date(now - ago * 1_000);
    return { at, body: JSON.stringify({ ...fields, timestamp: at.toISOString() }) };
  });
}

/** Events of forty agents at work, each in one queue or two. Every eighth is paused. */
function presences() {
  const names = [...AGENTS, ...Array.from({ length: 35 }, (_, n) => `agente${n + 1}`)];
  return names.flatMap((name, n) => {
    const actor = `${name}@example.com`;
    const queues = QUEUES.filter((_, place) => place === n % QUEUES.length || (n % 2 === 0 && place === 0));
    const stated = (type: string, ago: number, more: object = {}) =>
      queues.map((queue) => ({ type, ago, actor, queue, ...more }));
    const paused =
      n % 8 === 3 ? stated("actor.paused", 47 * (n + 1), { reason: n % 16 === 3 ? "almoço" : "pausa" }) : [];
    return [...stated("actor.logged-in", 5_400 + 13 * n), ...paused];
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
  ["agents", "/agents", {}],
  ["phone", "/", { viewport: { width: 390, height: 844 } }],
  ["rewind", "/", { locale: "en" }],
  ["rewind-dark", "/", { colorScheme: "dark" }],
  ["rewind-phone", "/", { viewport: { width: 390, height: 844 } }],
];

/** Returns whether none of its content is hidden. */
const isWhole = ({ scrollHeight, clientHeight }: { scrollHeight: number; clientHeight: number }) =>
  scrollHeight <= clientHeight;

test.each(views)(
  "%s fits the width of the screen, without an error or warning of the browser",
  async (name, path, options) => {
    const past = name.startsWith("rewind") ? `?at=${new Date(now - RUSH * 1_000).toISOString()}` : "";
    const { page, problems } = await boards.open(realtime.url + path + past, options);
    await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(3));
    if (name === "call") {
      await page.locator("tbody tr", { hasText: "Finished" }).nth(3).click();
      await eventually(async () => expect(await page.locator(".timeline li").count()).toBeGreaterThan(5));
    }
    await eventually(async () => expect(await page.evaluate("document.getAnimations().length")).toBe(0));
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    // the whole live page fits one screen
    const places = name.startsWith("live") ? ["html", ".queues", ".agents-strip"] : ["html"];
    if (path === "/" && !name.endsWith("phone"))
      for (const place of places) expect(await page.locator(place).evaluate(isWhole)).toBe(true);
    expect(problems).toEqual([]);
    const picture = await page.screenshot();
    if (PICTURES && ["live", "call", "rewind"].includes(name))
      await writeFile(join(HOME, `${name}.png`), picture);
    await boards.close(page);
  },
);
