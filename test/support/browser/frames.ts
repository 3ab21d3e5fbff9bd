import type { Page } from "playwright-core";
import { quantile } from "../traffic/load.ts";

/** Times between the frames of a page in ms, which show how busy it is. */
export type Frames = {
  count: number;
  p50: number;
  p99: number;
  max: number;
  over50: number;
  longestTaskMs: number;
};

/** A script that must run in the page before the page's own scripts. It costs one push per frame. */
export const FRAME_WATCH = `
  window.frames_ = { times: [], tasks: [] };
  const tick = (time) => { window.frames_.times.push(time); requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.frames_.tasks.push(duration);
  }).observe({ type: "longtask" });
`;

/** Measures the frames of a page during `work`. */
export async function measureFrames(page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate("window.frames_.times.length = 0; window.frames_.tasks.length = 0");
  await work();
  const { times, tasks } = (await page.evaluate("window.frames_")) as { times: number[]; tasks: number[] };
  const gaps = times.slice(1).map((time, n) => time - times[n]!);
  return {
    count: gaps.length,
    p50: quantile(gaps, 0.5),
    p99: quantile(gaps, 0.99),
    max: Math.max(0, ...gaps),
    over50: gaps.filter((gap) => gap > 50).length,
    longestTaskMs: Math.max(0, ...tasks),
  };
}

/** Heap size of the page's scripts after a garbage collection, in bytes. */
export async function measureHeap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  await session.detach();
  return metrics.find(({ name }) => name === "JSHeapUsedSize")!.value;
}
