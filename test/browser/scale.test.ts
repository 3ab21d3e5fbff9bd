import { appendFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { buildPage, openBoards } from "../support/browser/browser.ts";
import { FRAME_WATCH, type Frames, measureFrames, measureHeap } from "../support/browser/frames.ts";
import { openMemoryRig, openRealRig, type ScaleRig } from "../support/browser/scale-rig.ts";
import { eventually } from "../support/eventually.ts";
import { LONG_BOARD } from "../support/long.ts";
import { openTraffic } from "../support/traffic/many-calls.ts";

/**
 * `pnpm test:board` judges the speed of the page, on real parts. `pnpm test`, which may share its machine,
 * judges only the content of the page, with realtime over the store in memory.
 */
const IS_MEASURED = process.env.BOARD_FIGURES !== undefined;
const QUICK_SECONDS = IS_MEASURED ? 6 : 1;
const SECONDS = LONG_BOARD ? 60 : QUICK_SECONDS;
const REFERENCE_SECONDS = LONG_BOARD ? 20 : QUICK_SECONDS;
const SMOOTHLY = IS_MEASURED ? ", smoothly" : "";
const CALLS = 50_000;
const IN_PROGRESS = 2_000;
const CHANGES_PER_SECOND = 200;

/**
 * The measurements of the memory, one every `everyMs`. Between two of them, `changes` calls change in addition to those
 * of every second. From measurement `from` (the first is 0) to the last a page may grow by `mostMib`, or by `mostPart`
 * of its size. A page that keeps every changed call grows by 1.5 MiB and more in the quick form.
 */
const QUICK_LOOKS = IS_MEASURED
  ? { count: 5, everyMs: 2_000, changes: 0, from: 2, mostMib: 3, mostPart: 0.15 }
  : { count: 5, everyMs: 1_000, changes: 4_000, from: 1, mostMib: 1, mostPart: 0 };
const LONG_LOOKS = { count: 10, everyMs: 45_000, changes: 0, from: 5, mostMib: 3, mostPart: 0.15 };
const MEMORY_LOOKS = LONG_BOARD ? LONG_LOOKS : QUICK_LOOKS;

let rig: ScaleRig;
let boards: Awaited<ReturnType<typeof openBoards>>;
let traffic: Awaited<ReturnType<typeof openTraffic>>;
/**
 * The frames of a nearly idle page in the same browser under the same load, which show the costs of the
 * machine.
 */
let reference: Frames;
beforeAll(async () => {
  await buildPage();
  rig = await (IS_MEASURED ? openRealRig() : openMemoryRig());
  boards = await openBoards();
  if (IS_MEASURED) await rig.seed(CALLS, 8);
  traffic = await openTraffic(rig.send, IN_PROGRESS);
  traffic.start(CHANGES_PER_SECOND);
  if (IS_MEASURED) reference = await measureReference();
});
afterAll(async () => {
  await traffic?.stop();
  await boards?.end();
  await rig?.close();
});

const opened: Page[] = [];
afterEach(async () => {
  for (const page of opened.splice(0)) await boards.close(page);
});
async function open(path: string) {
  const board = await boards.open(
    path === "" ? "about:blank" : rig.url + path,
    { reducedMotion: "no-preference" },
    FRAME_WATCH,
  );
  opened.push(board.page);
  return board;
}

/** Prints a figure, and writes it for README.md. */
async function note(what: string, reached: string): Promise<void> {
  process.stderr.write(`${what}: ${reached}\n`);
  const test = expect.getState().currentTestName ?? "";
  if (process.env.BOARD_FIGURES)
    await appendFile(process.env.BOARD_FIGURES, `${JSON.stringify({ test, what, reached })}\n`);
}
const inMs = (ms: number) => `${Math.round(ms)}`;
const describeFrames = ({ count, p50, p99, max, over50, longestTaskMs }: Frames) =>
  `${count} frames, p50 ${inMs(p50)}, p99 ${inMs(p99)}, max ${inMs(max)} ms, ${over50} over 50 ms, longest task ${inMs(longestTaskMs)} ms`;

/** Five million multiplications ten times a second, about 10 ms on a free core, which lose no frame. */
const SOME_WORK = `setInterval(() => {
  let x = 1;
  for (let n = 0; n < 5_000_000; n += 1) x = (Math.imul(x, 1103515245) + 12345) | 0;
  window.x_ = x;
}, 100)`;

/** Measures the page that computes only a little. All others are compared with it. */
async function measureReference(): Promise<Frames> {
  const { page } = await open("");
  await page.evaluate(SOME_WORK);
  const frames = await measureFrames(page, () => sleep(REFERENCE_SECONDS * 1_000));
  await note("a page that only computes for 10 ms, ten times a second", describeFrames(frames));
  expect(frames.count).toBeGreaterThan(10);
  return frames;
}

/** Factor over the frames of the reference page. A few seconds of a busy machine are no stable measure. */
const SLACK = LONG_BOARD ? 2 : 8;

/** The limits of the frames. A few seconds can only show that the page became many times slower. */
const MOST_MS = LONG_BOARD ? { p50: 34, p99: 51 } : { p50: 100, p99: 300 };

/**
 * Expects that at most a hundredth of the frames exceed the limit and this factor of the reference page's.
 */
function expectSmooth(frames: Frames): void {
  expect(frames.count).toBeGreaterThan(0);
  if (!IS_MEASURED) return;
  expect(frames.p50).toBeLessThanOrEqual(Math.max(MOST_MS.p50, SLACK * reference.p50));
  expect(frames.p99).toBeLessThanOrEqual(Math.max(MOST_MS.p99, SLACK * reference.p99));
}

const isLive = (page: Page) =>
  eventually(async () => expect(await page.getByRole("status").innerText()).toContain("ao vivo"));
const listed = async (page: Page) => Number(await page.getByRole("grid").getAttribute("aria-rowcount")) - 1;
const untilListed = (page: Page, count: number) =>
  eventually(async () => expect(await listed(page)).toBeGreaterThanOrEqual(count), 120_000);

test.each([
  ["live", "/"],
  ["all calls", "/calls"],
])(`the page of %s keeps up while 2,000 calls change 200 times a second${SMOOTHLY}`, async (name, path) => {
  const { page, problems } = await open(path);
  await isLive(page);
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(3));
  if (name === "all calls") await untilListed(page, IS_MEASURED ? CALLS : IN_PROGRESS);
  const before = traffic.sent();
  const frames = await measureFrames(page, () => sleep(SECONDS * 1_000));
  const rate = Math.round((traffic.sent() - before) / SECONDS);
  await note(`${name}, 2,000 calls in progress, ${rate} changes/s`, describeFrames(frames));
  if (IS_MEASURED) expect(rate).toBeGreaterThan(0.9 * CHANGES_PER_SECOND);
  await eventually(() => expect(traffic.sent() - before).toBeGreaterThan(CHANGES_PER_SECOND));
  await isLive(page);
  expectSmooth(frames);
  expect(problems).toEqual([]);
});

test("pages hold no more memory the longer they are open, for live and for calls in progress", async () => {
  const paths = { live: "/", "calls in progress": "/calls?state=ONGOING" };
  const all = await Promise.all(
    Object.entries(paths).map(async ([name, path]) => ({
      name,
      page: (await open(path)).page,
      held: [] as number[],
    })),
  );
  for (const { page } of all) await isLive(page);
  const { count, everyMs, changes, from, mostMib, mostPart } = MEMORY_LOOKS;
  for (let n = 0; n < count; n += 1) {
    for (let left = changes; left > 0; left -= IN_PROGRESS) await traffic.change(IN_PROGRESS);
    await sleep(everyMs);
    for (const { page, held } of all) held.push((await measureHeap(page)) / 2 ** 20);
  }
  for (const { name, held } of all) {
    const looks = held.map((mib) => mib.toFixed(1)).join(", ");
    await note(`${name}, the same load: MiB held every ${everyMs / 1_000} s`, looks);
  }
  for (const { held } of all) {
    const before = held[from]!;
    expect(held.at(-1)! - before).toBeLessThan(Math.max(mostMib, mostPart * before));
  }
});

test(`50,000 calls are listed, and scrolled from top to end${SMOOTHLY}`, async () => {
  if (!IS_MEASURED) {
    await traffic.stop();
    await rig.seed(CALLS, 8);
  }
  const { page, problems } = await open("");
  const began = performance.now();
  await page.goto(`${rig.url}/calls`);
  await page.locator("tbody tr").first().waitFor();
  const firstRowsMs = performance.now() - began;
  await untilListed(page, CALLS);
  const allMs = performance.now() - began;
  await note("50,000 calls", `first rows after ${inMs(firstRowsMs)} ms, all after ${inMs(allMs)} ms`);
  const turned = await measureFrames(page, () => page.evaluate(scrollBy(100, 60 * SECONDS)));
  await note("50,000 calls scrolled by 6,000 pixels a second", describeFrames(turned));
  const pulled = await measureFrames(page, () => page.evaluate(scrollBy(IS_MEASURED ? 1_600 : 16_000)));
  await note("50,000 calls scrolled from top to end, 50 rows a frame", describeFrames(pulled));
  // calls arrive above, and the visible rows stay
  await expectAtEnd(page);
  const before = await listed(page);
  await rig.send(Array.from({ length: 30 }, (_, n) => newCall(`above-${n}`)));
  await untilListed(page, before + 30);
  await expectAtEnd(page);
  expect(await page.locator("tbody tr").count()).toBeLessThan(100);
  expectSmooth(turned);
  expectSmooth(pulled);
  expect(problems).toEqual([]);
});

/** Expects that the drawn rows are the last ones. */
async function expectAtEnd(page: Page): Promise<void> {
  const last = Number(await page.locator("tbody tr").last().getAttribute("aria-rowindex"));
  expect((await listed(page)) + 1 - last).toBeLessThan(100);
}

const newCall = (call_id: string) =>
  JSON.stringify({ type: "call.new", call_id, timestamp: new Date().toISOString() });

/**
 * A script that scrolls this far with each frame, `times` times or to the end: by 100 px like a wheel, or by
 * 1,600 px like a dragged thumb, which replaces all rows.
 */
const scrollBy = (px: number, times = Number.POSITIVE_INFINITY) => `new Promise((resolve) => {
  const list = document.querySelector(".call-list");
  let left = ${times};
  const step = () => {
    const before = list.scrollTop;
    list.scrollTop += ${px};
    if (list.scrollTop > before && (left -= 1) > 0) requestAnimationFrame(step);
    else resolve();
  };
  requestAnimationFrame(step);
})`;

const waits = (n: number, queue: number, secondsAgo: number) =>
  JSON.stringify({
    type: "call.waiting",
    call_id: `wait-${n}`,
    queue: `${10_000 + queue}`,
    their_number: "5511987654321",
    timestamp: new Date(Date.now() - secondsAgo * 1_000).toISOString(),
  });

test(`with 5,000 queues and 2,000 waiting calls the most urgent are first, and the page counts the others${SMOOTHLY}`, async () => {
  await traffic.stop();
  const { page, problems } = await open("/");
  await isLive(page);
  const over = Array.from({ length: 5_000 }, (_, n) => waits(10_000 + n, n, 600));
  await rig.send([
    ...over,
    ...over.map((each) => each.replace("call.waiting", "call.finished")),
    ...Array.from({ length: 2_000 }, (_, n) => waits(n, n, 10 + n)),
  ]);
  const queues = page.getByRole("region", { name: "Filas" });
  const waiting = page.getByRole("region", { name: "Em espera" });
  await eventually(async () => {
    expect(await queues.locator(".more").innerText()).toMatch(/mais 4\.9\d\d em “Filas”/);
    expect(await waiting.locator(".more").innerText()).toMatch(/mais [12]\.\d\d\d em espera/);
    expect(await queues.locator("tbody tr").first().innerText()).toMatch(/^11999\s/);
  }, 180_000);
  expect(await queues.locator("tbody tr").count()).toBe(100);
  expect(await waiting.locator("tbody tr").count()).toBe(50);
  const frames = await measureFrames(page, () => sleep(SECONDS * 1_000));
  await note("live, 5,000 queues, 2,000 waiting calls", describeFrames(frames));
  expectSmooth(frames);
  expect(await page.evaluate("document.documentElement.scrollHeight <= innerHeight")).toBe(true);
  expect(problems).toEqual([]);
});
