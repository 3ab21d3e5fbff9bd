import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { type Call, foldCall } from "@teravoz/domain";
import { connectMongo, createMongoStore } from "@teravoz/store";
import type { BrowserContextOptions, Page } from "playwright-core";
import { findViolations } from "../support/browser/axe.ts";
import { useBoards } from "../support/browser/boards.ts";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";
import { batchOf, erasureKeys, log, sampleEvent, uriOf } from "../support/stack/store.ts";
import { seedCalls } from "../support/traffic/many-calls.ts";

/** Number of calls, more than a snapshot contains. */
const MANY = 10_400;
const HOUR_MS = 3_600_000;
/** Determined once, because it changes with the hour. */
const ZONE = zoneAtNoon();

const suite = useBoards({ env: { ACCOUNT_TIME_ZONE: ZONE } }, async ({ db }) => {
  const uri = uriOf(db.databaseName).href;
  await seedCalls(uri, MANY, 8);
  await seedOld(uri);
});
const open = (path: string, options: BrowserContextOptions = {}) => suite.open(path, 0, options);

/**
 * Stores a call of yesterday, one of three days ago, one of a month ago, and one that began yesterday and is
 * still open.
 */
async function seedOld(uri: string): Promise<void> {
  const connection = await connectMongo({ uri, log });
  const store = createMongoStore({ connection, log, erasureKeys });
  const event = (aggregate_id: string, hoursAgo: number, type = "call.new") => {
    const payload = JSON.stringify({ type, call_id: aggregate_id, queue: aggregate_id });
    return sampleEvent({
      aggregate_id,
      type,
      payload,
      received_at: new Date(Date.now() - hoursAgo * HOUR_MS),
    });
  };
  const events = [
    event("a month ago", 30 * 24),
    event("three days ago", 72),
    event("yesterday", 24),
    event("goes on", 25),
    event("goes on", 0.2, "call.ongoing"),
  ];
  await store.apply({ ...batchOf(events, null, 0), topic: "old" }, foldCall);
  await connection.close();
}

const rows = (page: Page) => page.locator("tbody tr");
const listed = async (page: Page) => Number(await page.getByRole("grid").getAttribute("aria-rowcount")) - 1;
const expectListed = (page: Page, count: number) =>
  eventually(async () => expect(await listed(page)).toBe(count), 30_000);
const queuesOf = async (page: Page) => {
  const cells = await page.locator("tbody tr td:nth-child(4)").allInnerTexts();
  return cells.map((text) => text.trim());
};
const period = (page: Page, name: string) =>
  page.getByRole("region", { name: "Período" }).getByRole("button", { name });

test("the list covers today, other days or chosen times, and the URL keeps the choice", async () => {
  const { page, problems } = await open("/calls");
  // a call that began yesterday and is still open belongs to yesterday
  await expectListed(page, MANY);
  await period(page, "ontem").click();
  await eventually(async () => expect((await queuesOf(page)).sort()).toEqual(["goes on", "yesterday"]));
  await period(page, "7 dias").click();
  await expectListed(page, MANY + 3);
  await period(page, "tudo").click();
  await expectListed(page, MANY + 4);
  await period(page, "30 min").click();
  await eventually(async () => expect((await queuesOf(page))[0]).not.toBe("a month ago"));
  expect(await listed(page)).toBeLessThan(MANY);
  await page.reload();
  await eventually(async () => expect(await listed(page)).toBeLessThan(MANY));
  await page.goBack();
  await expectListed(page, MANY + 4);
  await period(page, "de … até").click();
  const wall = (hoursAgo: number) => {
    const zone = Number(/[-+]\d+$/.exec(ZONE)![0]);
    return new Date(Date.now() - (hoursAgo + zone) * HOUR_MS).toISOString().slice(0, 16);
  };
  await page.getByLabel("De", { exact: true }).fill(wall(73));
  await page.getByLabel("De", { exact: true }).blur();
  await page.getByLabel("até", { exact: true }).fill(wall(71));
  await page.getByLabel("até", { exact: true }).blur();
  await eventually(async () => expect(await queuesOf(page)).toEqual(["three days ago"]));
  await page.getByLabel("até", { exact: true }).fill(wall(80));
  await page.getByLabel("até", { exact: true }).blur();
  expect(await page.getByRole("alert").innerText()).toBe("O fim deve ser depois do início.");
  expect(await queuesOf(page)).toEqual(["three days ago"]);
  const shared = await open(new URL(page.url()).pathname + new URL(page.url()).search);
  await eventually(async () => expect(await queuesOf(shared.page)).toEqual(["three days ago"]));
  expect(problems).toEqual([]);
});

test("a search covers the chosen period, and finds more when it is extended to all periods", async () => {
  const { page } = await open("/calls#q=three+days+ago");
  await eventually(async () => expect(await page.getByText("Nada encontrado.").isVisible()).toBe(true));
  await page.getByRole("button", { name: "Ver todos os períodos" }).click();
  await eventually(async () => expect(await queuesOf(page)).toEqual(["three days ago"]));
  expect(page.url()).toContain("q=three+days+ago");
});

test("a search that matches too much reports that it was cut off, and a narrower one does not", async () => {
  const { page, problems } = await open("/calls?period=all#q=55119");
  // the limit of looked-up numbers, each of which has one call in this seed
  await expectListed(page, 500);
  const said = page.getByRole("alert").filter({ hasText: "A busca parou antes do fim" });
  expect(await said.count()).toBe(1);
  const [call] = await suite.gateway.calls();
  await page.getByRole("searchbox").fill(call!.their_number!.slice(2));
  await page.keyboard.press("Enter");
  await expectListed(page, 1);
  expect(await said.count()).toBe(0);
  expect(problems).toEqual([]);
});

const COLUMNS: [string, number, (call: Call) => unknown][] = [
  ["Status", 1, ({ state }) => ["NEW", "STANDBY", "WAITING", "ONGOING", "FINISHED"].indexOf(state)],
  ["De", 2, ({ their_number_canonical }) => their_number_canonical],
  ["Para", 3, ({ our_number_canonical }) => our_number_canonical],
  ["Fila", 4, ({ queue }) => queue],
  ["Agente", 5, ({ agents }) => agents[0] ?? null],
  ["Início", 6, ({ began_at }) => began_at.getTime()],
];
const collator = new Intl.Collator("pt-BR", { numeric: true });

/**
 * Sorts calls as the page does. Unknown values come last in either order. Equal ones are sorted newest first.
 */
function sortStored(calls: Call[], keyOf: (call: Call) => unknown, sign: number): string[] {
  const compare = (one: unknown, other: unknown) =>
    typeof one === "number" ? one - Number(other) : collator.compare(String(one), String(other));
  const ordered = calls.toSorted((one, other) => {
    const [a, b] = [keyOf(one), keyOf(other)];
    if (a === b) return other.id - one.id;
    if (a === null || b === null) return a === null ? 1 : -1;
    return sign * compare(a, b) || other.id - one.id;
  });
  return ordered.map(({ aggregate_id }) => aggregate_id);
}

const seen = async (page: Page) =>
  (await rows(page).evaluateAll((all) => all.map((row) => row.getAttribute("data-call")))).slice(0, 20);

test("every column sorts up and down by mouse and by keyboard, shows its order, and the URL keeps it", async () => {
  const { page, problems } = await open("/calls?period=all");
  await expectListed(page, MANY + 4);
  const stored = await suite.gateway.calls();
  const heading = (name: string) => page.getByRole("columnheader", { name });
  for (const [name, , keyOf] of COLUMNS) {
    const first = name === "Início" ? -1 : 1;
    for (const sign of [first, -first]) {
      const button = heading(name).getByRole("button");
      // the page begins with the newest calls, which is already this column's first order
      if (
        !(
          name === "Início" &&
          sign === -1 &&
          (await heading(name).getAttribute("aria-sort")) === "descending"
        )
      )
        await (sign === first ? button.click() : button.press("Enter"));
      const expected = sortStored(stored, keyOf, sign).slice(0, 20);
      await eventually(async () => expect([name, sign, await seen(page)]).toEqual([name, sign, expected]));
      const said = sign === 1 ? "ascending" : "descending";
      expect(await heading(name).getAttribute("aria-sort")).toBe(said);
      expect(await page.locator('th[aria-sort]:not([aria-sort="none"])').count()).toBe(1);
    }
  }
  await heading("Duração").getByRole("button").click();
  await eventually(async () => expect((await seen(page))[0]).toBe("a month ago"));
  expect(page.url()).toContain("sort=age&order=desc");
  await page.reload();
  await eventually(async () => expect((await seen(page))[0]).toBe("a month ago"));
  expect(problems).toEqual([]);
});

test("only visible rows are drawn, each 32 pixels high, and the arrow keys reach all rows", async () => {
  const { page, problems } = await open("/calls");
  await expectListed(page, MANY);
  expect(await rows(page).count()).toBeLessThan(80);
  const heights = await rows(page).evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height));
  expect(new Set(heights)).toEqual(new Set([32]));
  const focused = () =>
    page.evaluate("Number(document.activeElement.getAttribute('aria-rowindex'))") as Promise<number>;
  const isSeen = () =>
    page.evaluate(`(() => {
      const [row, list] = [document.activeElement, document.querySelector(".call-list")].map((each) => each.getBoundingClientRect());
      return row.top >= list.top + 32 && row.bottom <= list.bottom;
    })()`);
  await rows(page).first().focus();
  const press = async (key: string, expected: number) => {
    await page.keyboard.press(key);
    await eventually(async () => expect([key, await focused()]).toEqual([key, expected]));
    expect([key, await isSeen()]).toEqual([key, true]);
  };
  await press("ArrowDown", 3);
  await press("ArrowUp", 2);
  await press("End", MANY + 1);
  await press("ArrowDown", MANY + 1);
  await press("ArrowUp", MANY);
  await press("Home", 2);
  await page.keyboard.press("PageDown");
  await eventually(async () => expect(await focused()).toBeGreaterThan(10));
  const after = await focused();
  await press("ArrowDown", after + 1);
  // after scrolling by mouse the keys continue from the last focused row
  await page.evaluate('document.querySelector(".call-list").scrollTop = 200000');
  await eventually(async () => expect(await page.evaluate("document.activeElement.tagName")).toBe("SECTION"));
  await press("ArrowDown", after + 2);
  const id = await page.evaluate("document.activeElement.getAttribute('data-call')");
  await page.keyboard.press("Enter");
  await eventually(async () =>
    expect(await page.getByRole("complementary").innerText()).toContain(String(id)),
  );
  await page.keyboard.press("Escape");
  await eventually(async () => expect(await page.getByRole("complementary").count()).toBe(0));
  expect(problems).toEqual([]);
});

test("an export has all listed rows in their order, with the stored values", async () => {
  const { page } = await open("/calls?sort=from&order=asc");
  await expectListed(page, MANY);
  await page.keyboard.press("n");
  const save = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: `Exportar como ${name}` }).click(),
    ]);
    return readFile((await download.path())!, "utf8");
  };
  const today = (await suite.gateway.calls()).filter(
    ({ queue }) => !/ago|yesterday|goes on/.test(queue ?? ""),
  );
  const expected = sortStored(today, ({ their_number_canonical }) => their_number_canonical, 1);
  const lines = (await save("NDJSON"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ aggregate_id }) => aggregate_id)).toEqual(expected);
  expect(lines.map(({ aggregate_id }) => aggregate_id).slice(0, 20)).toEqual(await seen(page));
  const stored = new Map(today.map((call) => [call.aggregate_id, call]));
  for (const { aggregate_id, state, from, began_at } of lines) {
    const call = stored.get(aggregate_id)!;
    expect([state, from, Date.parse(began_at)]).toEqual([
      call.state,
      call.their_number,
      call.began_at.getTime(),
    ]);
  }
  const csv = (await save("CSV")).trimEnd().split("\r\n");
  expect(csv.slice(1).map((line) => line.split(";")[0])).toEqual(expected);
});

const post = async (type: string, call_id: string, more: object = {}) => {
  const { status } = await suite.gateway.post(
    JSON.stringify({ type, call_id, timestamp: new Date().toISOString(), ...more }),
  );
  expect(status).toBe(200);
};

test("new and changed calls do not move the visible rows, and only changed rows glow", async () => {
  const { page } = await open("/calls");
  const past = await open("/calls?period=yesterday");
  await expectListed(page, MANY);
  await expectListed(past.page, 2);
  const glowing = page.locator("[data-changed]");
  expect(await glowing.count()).toBe(0);
  const list = page.locator(".call-list");
  await list.evaluate((element) => {
    element.scrollTop = 64_000;
  });
  await eventually(async () => expect((await seen(page))[0]).not.toBe(undefined));
  const topRow = () =>
    page.evaluate(`(() => {
      const { left, top } = document.querySelector(".call-list").getBoundingClientRect();
      return document.elementFromPoint(left + 50, top + 60)?.closest("tr")?.getAttribute("data-call");
    })()`);
  await eventually(async () => expect(await topRow()).toMatch(/^seed-/));
  const reading = await topRow();
  for (let n = 0; n < 3; n += 1) await post("call.new", `coming-${n}`);
  await expectListed(page, MANY + 3);
  expect(await topRow()).toBe(reading);
  await list.evaluate((element) => {
    element.scrollTop = 0;
  });
  const first = page.locator('tr[data-call="coming-2"]');
  await eventually(async () => expect(await first.count()).toBe(1));
  await eventually(async () => expect(await glowing.count()).toBe(0));
  await post("call.waiting", "coming-2", { queue: "900" });
  // A row glows for only 600 ms, so one query reads which rows glow.
  await eventually(async () =>
    expect(
      await glowing.evaluateAll((changed) => changed.map((row) => row.getAttribute("data-call"))),
    ).toEqual(["coming-2"]),
  );
  await eventually(async () => expect(await first.innerText()).toContain("Em espera"));
  await eventually(async () => expect(await glowing.count()).toBe(0));
  expect(await queuesOf(past.page)).toHaveLength(2);
});

test("rows show only their sort column during fast scrolling, and all columns as soon as it ends", async () => {
  const { page } = await open("/calls?period=all");
  await page.locator('tr[data-call^="seed-"]').first().waitFor();
  const whole = `[...document.querySelectorAll("tbody tr")].map((row) => [...row.cells].filter((cell) => cell.innerText !== "").length)`;
  const flyBy = () =>
    page.evaluate(`new Promise((resolve) => {
    const list = document.querySelector(".call-list");
    let left = 8;
    const step = () => {
      list.scrollTop += 2_000;
      if ((left -= 1) > 0) requestAnimationFrame(step);
      else resolve(${whole});
    };
    requestAnimationFrame(step);
  })`) as Promise<number[]>;
  // on a busy machine the list may be at rest between two frames, so the attempt is repeated
  await eventually(async () => expect(new Set(await flyBy())).toEqual(new Set([1])));
  await eventually(async () =>
    expect(new Set((await page.evaluate(whole)) as number[])).toEqual(new Set([7])),
  );
});

test("a call delivered late is listed in the day it happened, from our number if it is outbound, with all queues and agents", async () => {
  const at = (seconds: number) => new Date(Date.now() - 48 * HOUR_MS + seconds * 1_000).toISOString();
  const call_id = "delivered late";
  const numbers = { our_number: "1130001000", their_number: "5511955554444", direction: "outbound" };
  await post("call.new", call_id, { timestamp: at(0), ...numbers });
  for (const [n, queue] of ["late-1", "late-2"].entries()) {
    await post("call.waiting", call_id, { timestamp: at(1 + n * 10), queue });
    await post("actor.entered", call_id, { timestamp: at(2 + n * 10), queue, actor: `agent-${queue}` });
    await post("actor.left", call_id, { timestamp: at(9 + n * 10), queue, actor: `agent-${queue}` });
  }
  await post("call.finished", call_id, { timestamp: at(30) });
  for (const found of ["late-1", "agent-late-1", "late-2", "agent-late-2"]) {
    const { page } = await open(`/calls?period=last7#q=${found}`);
    const row = page.locator(`tr[data-call="${call_id}"]`);
    await eventually(async () => expect(await row.count()).toBe(1));
    expect((await row.locator("td").allInnerTexts()).slice(1, 5)).toEqual([
      "+55 11 3***-1000",
      "+55 11 9****-4444",
      "late-1 → late-2",
      "agent-late-1 → agent-late-2",
    ]);
    expect(await row.locator("td").last().innerText()).toBe("00:30");
  }
  for (const filter of ["visited=late-1", "agent=AGENT-LATE-2", "visited=late-2&agent=agent-late-1"]) {
    const filtered = await open(`/calls?period=last7#${filter}`);
    await expectListed(filtered.page, 1);
    await filtered.page.getByRole("button", { name: "×" }).first().click();
    await eventually(async () => expect(filtered.page.url()).not.toContain(filter));
  }
  const { page } = await open(`/calls#q=${call_id}`);
  await eventually(async () => expect(await page.getByText("Nada encontrado.").isVisible()).toBe(true));
});

test("long names, missing numbers and unknown states break no page", async () => {
  const long = (text: string) => text.repeat(200).slice(0, 200);
  const fields = {
    queue: long("fila-"),
    actor: `${long("agente.")}@example.com`,
    their_number: long("9"),
    our_number: long("sip:"),
    code: long("código "),
  };
  await post("call.waiting", "hostile-long", fields);
  await post("actor.entered", "hostile-long", fields);
  await post("call.waiting", "hostile-wait", { ...fields, their_number: null });
  await post("call.new", "hostile-none");
  await post("call.new", "hostile-state");
  await eventually(async () =>
    expect(
      (await suite.gateway.calls()).filter(({ aggregate_id }) => /^hostile/.test(aggregate_id)),
    ).toHaveLength(4),
  );
  await suite.gateway.db
    .collection<{ _id: string }>("calls")
    .updateOne({ _id: "hostile-state" }, { $set: { state: "PARKED" } });
  for (const viewport of [
    { width: 1366, height: 768 },
    { width: 390, height: 844 },
  ]) {
    const { page, problems } = await open("/", { viewport });
    for (const path of ["/calls?period=last30", "/", "/abandoned"]) {
      await page.goto(new URL(path, page.url()).href);
      await eventually(async () => expect(await page.getByRole("status").innerText()).toContain("ao vivo"));
      const long = page.locator("td", { hasText: /^fila-fila/ });
      if (path !== "/abandoned") {
        await eventually(async () => expect(await long.count()).toBeGreaterThan(0));
        expect(await long.first().getAttribute("title")).toContain("fila-fila");
        expect((await long.first().boundingBox())!.height).toBeLessThanOrEqual(33);
      }
      if (path.startsWith("/calls")) {
        expect(await page.locator('tr[data-call="hostile-none"]').innerText()).toContain("–");
        expect(await page.locator('tr[data-call="hostile-state"]').innerText()).toContain("PARKED");
        await page.locator('tr[data-call="hostile-long"]').click();
        await eventually(async () => expect(await page.locator(".timeline li").count()).toBe(2));
      }
      expect([
        path,
        viewport.width,
        await page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
      ]).toEqual([path, viewport.width, true]);
      expect(problems).toEqual([]);
    }
  }
});

test("numbers, times and states are never cut, on a desk with or without an open call, and on a phone", async () => {
  const { page } = await open("/calls?period=last30");
  await eventually(async () => expect(await listed(page)).toBeGreaterThan(100));
  const cut = () =>
    page.evaluate(`[...document.querySelectorAll(".call-list td:not(:nth-child(4), :nth-child(5))")]
      .filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.innerText)`);
  const list = page.locator(".call-list");
  const isWhole = () => list.evaluate((element) => element.scrollWidth <= element.clientWidth);
  const known = page.locator('tr[data-call^="seed-"]').first();
  await page.getByRole("columnheader", { name: "De" }).getByRole("button").click();
  await known.waitFor();
  expect([await cut(), await isWhole()]).toEqual([[], true]);
  await known.click();
  await page.getByRole("complementary").waitFor();
  expect([await cut(), await isWhole()]).toEqual([[], true]);
  await page.keyboard.press("Escape");
  await eventually(async () => expect(await page.getByRole("complementary").count()).toBe(0));
  await page.setViewportSize({ width: 390, height: 844 });
  await known.waitFor();
  expect(await cut()).toEqual([]);
});

test("axe finds no violation on the page of calls, in light and dark", async () => {
  const paths = [
    "/calls?period=last30&sort=queue&order=asc",
    "/calls?from=2026-01-01T00:00&to=2026-01-02T00:00",
  ];
  for (const path of paths) {
    const { page } = await open(path);
    await eventually(async () => expect(await page.getByRole("status").innerText()).toContain("ao vivo"));
    await eventually(async () => expect(await page.getByText("Carregando").count()).toBe(0));
    await page.locator(".call-list").evaluateAll(([list]) => {
      if (list) list.scrollTop = 5_000;
    });
    expect(await findViolations(page)).toEqual([]);
  }
});
