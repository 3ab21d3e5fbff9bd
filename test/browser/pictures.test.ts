import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { SERVICES } from "@teravoz/domain/gateway";
import { ROOT } from "@teravoz/stack";
import type { BrowserContextOptions } from "playwright-core";
import { buildPage, openBoards } from "../support/browser/browser.ts";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";
import { type RealtimeInProcess, startRealtime } from "../support/services/realtime-in-process.ts";

/** A browser and its server share the machine with other tests. */
jest.setTimeout(180_000);

/** With PICTURES=1 the pictures of the README and of docs/board.md are written again. */
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
  if (PICTURES) await showMore();
  boards = await openBoards();
});
afterAll(async () => {
  await boards?.end();
  await realtime?.stop();
});

const AGENTS = ["ana", "beto", "caio", "duda", "hugo"];
const QUEUES = Array.from({ length: 10 }, (_, n) => String(900 + n));
const MINUTE_S = 60;
/** The number of different callers. */
const CALLERS = 500;
/** A call of the caller whose call 7 was abandoned. */
const RETURNING = CALLERS + 7;

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

/** Adds a caller who returns, and the recording of that call, which is delivered late and twice. */
async function showMore(): Promise<void> {
  const at = (ago: number) => new Date(now - ago * 1_000);
  const bodies = bodiesOf(RETURNING, 40 * MINUTE_S, [
    ["actor.entered", 8, "ana@example.com"],
    ["call.ongoing", 8.2],
    ["actor.left", 150, "ana@example.com"],
    ["call.finished", 151],
    ["call.recording-available", 38 * MINUTE_S],
  ]);
  for (const { ago, ...fields } of bodies) {
    const body = JSON.stringify({ ...fields, timestamp: at(ago).toISOString() });
    const isLate = fields.type === "call.recording-available";
    await realtime.storeAt(at(isLate ? 2 : ago), body);
    if (isLate) await realtime.storeAt(at(1), body);
  }
}

/** Reports one ready instance of each service. */
function reportStatuses(): void {
  const at = new Date();
  const status = {
    at,
    started_at: new Date(now - 90 * MINUTE_S * 1_000),
    version: "0.1.0",
    installation: "",
    state: "ready" as const,
    failing: [],
    refused: [],
  };
  const answers = [{ minute: new Date(now - 3 * MINUTE_S * 1_000), status: 200, count: 431 }];
  const [ingest, projector, realtimes] = SERVICES.map((service) => ({
    ...status,
    service,
    instance: `${service}-1`,
  }));
  realtime.hear(
    [
      { ...ingest!, figures: {}, answers },
      { ...projector!, figures: { partitions: 12 }, answers: [] },
      { ...realtimes!, figures: { sockets: 3 }, answers: [] },
    ].map((each) => ({ status: each, stamped: at.getTime() })),
  );
}

type Step = [type: string, at: number, actor?: string];

/** Returns the subscriber's part of a caller's number. */
function subscriberOf(n: number): number {
  return 910_000_000 + ((12_345_677 * ((n % CALLERS) + 1)) % 89_000_000);
}

function bodiesOf(n: number, beganAgo: number, steps: Step[], finishedAt?: number) {
  const queue = QUEUES[n % QUEUES.length];
  const all: Step[] = [["call.new", -1.5], ["call.standby", -1], ["call.waiting", 0], ...steps];
  if (finishedAt !== undefined) all.push(["call.finished", finishedAt]);
  const numbers = { their_number: `5511${subscriberOf(n)}`, our_number: "551130001000" };
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

/** The pages that docs/board.md shows, each in English and in Portuguese (`-pt`). */
const GUIDE: [string, string][] = [
  ["live", "/"],
  ["call", "/calls"],
  ["queues", "/queues"],
  ["agents", "/agents"],
  ["abandoned", "/abandoned"],
  ["number", `/number#q=5511${subscriberOf(RETURNING)}`],
  ["deliveries", "/deliveries"],
  ["system", "/system"],
  ["rewind", "/"],
];
const pictures: typeof views = GUIDE.flatMap(([name, path]) => [
  [name, path, { locale: "en" }],
  [`${name}-pt`, path, {}],
]);

/** Returns whether none of its content is hidden. */
const isWhole = ({ scrollHeight, clientHeight }: { scrollHeight: number; clientHeight: number }) =>
  scrollHeight <= clientHeight;

test.each(PICTURES ? pictures : views)(
  "%s fits the width of the screen, without an error or warning of the browser",
  async (name, path, options) => {
    const past = name.startsWith("rewind") ? `?at=${new Date(now - RUSH * 1_000).toISOString()}` : "";
    if (path === "/system") reportStatuses();
    const { page, problems } = await boards.open(realtime.url + path + past, options);
    const enough = PICTURES ? 1 : 3;
    await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(enough));
    if (name.startsWith("call")) {
      await page
        .locator("tbody tr", { hasText: /Finished|Encerrada/ })
        .nth(3)
        .click();
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
    if (PICTURES) await writeFile(join(HOME, `${name}.png`), picture);
    await boards.close(page);
  },
);
