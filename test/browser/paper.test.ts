import { expect, test } from "@jest/globals";
import { useMemoryBoards } from "../support/browser/boards.ts";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";
import type { RealtimeInProcess } from "../support/services/realtime-in-process.ts";

const suite = useMemoryBoards({ env: { ACCOUNT_TIME_ZONE: zoneAtNoon() } }, fillPages);

/** Fills the pages with more rows than a low screen has room for, and with an extremely wide name. */
async function fillPages(realtime: RealtimeInProcess): Promise<void> {
  const post = (event: object) =>
    realtime.happen(JSON.stringify({ timestamp: new Date().toISOString(), ...event }));
  const wide = "wide".repeat(32);
  const waits = { type: "call.waiting", call_id: "paper", queue: wide };
  await post({ ...waits, code: wide, their_number: wide, our_number: wide, direction: wide });
  await post({ type: "actor.paused", actor: wide, queue: wide, reason: wide });
  for (let n = 0; n < 25; n += 1) {
    const call = { call_id: `paper-${n}`, queue: `paper-${n}`, their_number: `55119876543${10 + n}` };
    for (const type of ["call.waiting", "call.queue-abandon", "call.finished"]) await post({ type, ...call });
    await post({ type: "actor.logged-in", actor: `${call.queue}@example.com`, queue: call.queue });
  }
}

/** A script that finds elements with hidden content. */
const CUT = `[...document.querySelectorAll("main, main *")].filter((each) => each.clientHeight > 1 && each.scrollHeight > each.clientHeight + 1
  && getComputedStyle(each).overflowY !== "visible").map((each) => each.className)`;

test("a printed page is dark on light, complete and without buttons", async () => {
  for (const path of ["/", "/calls", "/agents", "/queues", "/abandoned"]) {
    const { page } = await suite.open(path, 0, {
      colorScheme: "dark",
      viewport: { width: 1_366, height: 400 },
    });
    await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(20));
    for (const _ of ["light", "dark"]) await page.keyboard.press("t");
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.emulateMedia({ media: "print" });
    // A4 landscape without its margins
    await page.setViewportSize({ width: 1_046, height: 718 });
    expect(await page.evaluate("getComputedStyle(document.body).color")).toBe("rgb(22, 32, 42)");
    expect(await page.locator(".tools, .export").filter({ visible: true }).count()).toBe(0);
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect({ path, width, cut: await page.evaluate(CUT) }).toEqual({
      path,
      width: 1_046,
      cut: path === "/calls" ? ["calls call-list"] : [],
    });
    const list = page.locator(".call-list");
    if (path === "/calls")
      expect(await list.evaluate((each) => each.scrollWidth <= each.clientWidth)).toBe(true);
  }
});
