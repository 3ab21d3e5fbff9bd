import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import type { BrowserContextOptions, Page } from "playwright-core";
import { findViolations } from "../support/browser/axe.ts";
import { useMemoryBoards } from "../support/browser/boards.ts";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";

const suite = useMemoryBoards(
  { env: { QUEUES: '{"900":{"name":"Vendas"}}', ACCOUNT_TIME_ZONE: zoneAtNoon() } },
  async () => {
    for (let n = 0; n < 12; n++) await answered("900", 10 + n * 20);
    for (let n = 0; n < 5; n++) await gaveUp(n < 2 ? "900" : "901", 15 + n * 40);
    await answered("901", 90);
  },
);
const open = (path: string, options: BrowserContextOptions = {}) => suite.open(path, 0, options);

let calls = 0;
/** Sends events of one call that began `minutesAgo`, each this number of seconds after its beginning. */
async function send(minutesAgo: number, ...events: [type: string, seconds: number, more?: object][]) {
  const call_id = `queues-${++calls}`;
  for (const [type, seconds, more] of events) {
    const timestamp = new Date(Date.now() - minutesAgo * 60_000 + seconds * 1_000).toISOString();
    await suite.realtime.happen(JSON.stringify({ type, call_id, timestamp, ...more }));
  }
}
const answered = (queue: string, minutesAgo: number) =>
  send(minutesAgo, ["call.waiting", 0, { queue }], ["call.ongoing", 7], ["call.finished", 127]);
const gaveUp = (queue: string, minutesAgo: number) =>
  send(minutesAgo, ["call.waiting", 0, { queue }], ["call.queue-abandon", 40], ["call.finished", 41]);

const table = (page: Page) => page.getByRole("region", { name: "Filas" });
const rowOf = (page: Page, name: string) => table(page).getByRole("row").filter({ hasText: name });
const heading = async (page: Page) => (await page.getByRole("heading", { level: 2 }).innerText()).trim();

/** The cells of a row, by the names of their columns. */
async function numbersOf(page: Page, name: string): Promise<Record<string, string>> {
  const names = await table(page).locator("thead tr:last-child th").allInnerTexts();
  const cells = await rowOf(page, name).locator("th, td").allInnerTexts();
  return Object.fromEntries(cells.map((cell, n) => [names[n]!.replace(/ [▾▴]$/, ""), cell.trim()]));
}

/** The sums of the table beside a chart, by column. */
async function sumsOf(page: Page, chart: string): Promise<Record<string, number>> {
  const figure = page.getByRole("figure", { name: chart });
  if ((await figure.locator("details[open]").count()) === 0)
    await figure.getByText("Ver como tabela").click();
  const names = await figure.getByRole("columnheader").allInnerTexts();
  const rows = await figure.locator("tbody tr").all();
  const cells = await Promise.all(rows.map((row) => row.locator("td").allInnerTexts()));
  return Object.fromEntries(
    names.slice(1).map((name, n) => [name, cells.reduce((sum, row) => sum + Number(row[n]), 0)]),
  );
}

/** Number of pixels of about this colour in the chart of calls. */
const pixelsOf = (page: Page, [r, g, b]: [number, number, number]) =>
  page.evaluate(`{
    const canvas = document.querySelector(".chart.calls canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let n = 0; n < data.length; n += 4)
      if (data[n + 3] > 200 && Math.hypot(data[n] - ${r}, data[n + 1] - ${g}, data[n + 2] - ${b}) < 12) found++;
    found;
  }`) as Promise<number>;

/** The tokens --ongoing and --late in light and dark. */
const LIGHT: [number, number, number][] = [
  [0x0b, 0x6e, 0x6e],
  [0xb3, 0x26, 0x1e],
];
const DARK: [number, number, number][] = [
  [0x4c, 0xc4, 0xbd],
  [0xff, 0x8a, 0x80],
];
const drawn = (page: Page, colours: [number, number, number][]) =>
  eventually(async () => {
    for (const colour of colours) expect(await pixelsOf(page, colour)).toBeGreaterThan(100);
  });

test("each queue has a row with its numbers of today, and the tables of the charts add up to them", async () => {
  const { page, problems } = await open("/queues?queue=900");
  await eventually(async () =>
    expect(await numbersOf(page, "Vendas")).toEqual({
      Fila: "900 Vendas",
      Recebidas: "14",
      Atendidas: "12",
      Abandonadas: "2",
      "Abandonos curtos": "0",
      "Transbord.": "0",
      NS: "85 %",
      TME: "00:07",
      "90 % esperam até": "00:07",
      TMA: "02:00",
      Esperando: "0",
      "Maior espera": "–",
    }),
  );
  const day = { Recebidas: 14, Atendidas: 12, Abandonadas: 2 };
  await eventually(async () => expect(await sumsOf(page, "Ligações")).toEqual(day));
  await table(page).getByRole("link", { name: "Todas as filas" }).click();
  await eventually(async () =>
    expect(await numbersOf(page, "Todas as filas")).toMatchObject({
      Recebidas: "18",
      Atendidas: "13",
      Abandonadas: "5",
    }),
  );
  await eventually(async () =>
    expect(await sumsOf(page, "Ligações")).toEqual({ Recebidas: 18, Atendidas: 13, Abandonadas: 5 }),
  );
  expect(problems).toEqual([]);
});

test("the chart library is loaded when the page of queues is opened, and draws in the colours of the theme", async () => {
  const { page, problems } = await open("/", { colorScheme: "light" });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.reload();
  await eventually(async () => expect(await page.locator(".card").count()).toBe(6));
  const plots = () => asked.filter((path) => path.includes("plot"));
  expect(asked.length).toBeGreaterThan(2);
  expect(plots()).toEqual([]);
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await eventually(async () => expect(await page.locator("canvas").count()).toBe(3));
  expect(
    plots()
      .map((path) => path.split(".").at(-1))
      .sort(),
  ).toEqual(["css", "js"]);
  await drawn(page, LIGHT);
  await page.emulateMedia({ colorScheme: "dark" });
  await drawn(page, DARK);
  await page.keyboard.press("t");
  await drawn(page, LIGHT);
  // except for the warning that this test reads the pixels back
  expect(problems.filter((problem) => !problem.includes("getImageData"))).toEqual([]);
});

test("a chart is as wide as its container at every size of the window", async () => {
  const { page } = await open("/queues");
  await eventually(async () => expect(await page.locator("canvas").count()).toBe(3));
  const widths = (of: string) =>
    page.evaluate(
      `[...document.querySelectorAll("${of}")].map((each) => Math.round(each.getBoundingClientRect().width))`,
    );
  for (const width of [1_000, 1_600, 500]) {
    await page.setViewportSize({ width, height: 700 });
    await eventually(async () => {
      const places = (await widths(".drawing")) as number[];
      expect(places).toHaveLength(3);
      expect(places[0]).toBeGreaterThan(width / 4);
      expect(await widths("canvas")).toEqual(places);
    });
  }
});

test("without the chart library, the page reports it and its tables work", async () => {
  // with options this is a new window, whose cache does not contain the library yet
  const { page } = await open("/", { colorScheme: "light" });
  await page.route("**/plot-*.js", (route) => route.abort());
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await eventually(async () => expect(await page.getByRole("alert").count()).toBe(3));
  expect(await page.getByRole("button", { name: "Recarregar a página" }).count()).toBe(3);
  await eventually(async () => expect((await sumsOf(page, "Ligações")).Recebidas).toBe(18));
});

test("a queue can be chosen by its row or its link, and the URL keeps it", async () => {
  const { page } = await open("/queues");
  await eventually(async () => expect(await heading(page)).toBe("Todas as filas"));
  await rowOf(page, "901").locator("td").first().click();
  await eventually(async () => expect(await heading(page)).toBe("Fila 901"));
  expect(page.url()).toContain("/queues?queue=901");
  await eventually(async () => expect((await sumsOf(page, "Ligações")).Recebidas).toBe(4));
  await page.reload();
  await eventually(async () => expect(await heading(page)).toBe("Fila 901"));
  await page.getByRole("link", { name: "900" }).focus();
  await page.keyboard.press("Enter");
  await eventually(async () => expect(await heading(page)).toBe("Fila 900 Vendas"));
  await page.goBack();
  await eventually(async () => expect(await heading(page)).toBe("Fila 901"));
  const unknown = await open("/queues?queue=777");
  await eventually(async () =>
    expect(await unknown.page.getByText("Nenhuma ligação nesta fila hoje.").isVisible()).toBe(true),
  );
});

test("the table can be sorted by keyboard, largest first, and shows its order", async () => {
  const { page } = await open("/queues");
  await eventually(async () => expect(await table(page).getByRole("row").count()).toBe(4));
  const names = async () =>
    (await table(page).getByRole("rowheader").allInnerTexts()).map((name) => name.trim());
  expect(await names()).toEqual(["Todas as filas", "900 Vendas", "901"]);
  const column = table(page).getByRole("columnheader", { name: "Abandonadas" });
  await column.getByRole("button").focus();
  await page.keyboard.press("Enter");
  await eventually(async () => expect(await names()).toEqual(["Todas as filas", "901", "900 Vendas"]));
  expect(await column.getAttribute("aria-sort")).toBe("descending");
  await page.keyboard.press("Enter");
  await eventually(async () => expect(await names()).toEqual(["Todas as filas", "900 Vendas", "901"]));
  expect(await column.getAttribute("aria-sort")).toBe("ascending");
});

test("axe finds no violation with the charts and a table open, in light and dark", async () => {
  const { page } = await open("/queues?queue=900");
  await eventually(async () => expect(await page.locator("canvas").count()).toBe(3));
  await sumsOf(page, "Ligações");
  expect(await findViolations(page)).toEqual([]);
});

test("on a phone no content is wider than the screen, and every page can be reached by keyboard", async () => {
  const { page } = await open("/queues", { viewport: { width: 390, height: 844 } });
  await eventually(async () => expect(await page.locator("canvas").count()).toBe(3));
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  const bar = page.getByRole("navigation", { name: "Páginas" });
  expect((await bar.boundingBox())!.height).toBeLessThan(50);
  const last = bar.getByRole("link").last();
  for (let n = 0; n < 7; n++) await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Sistema");
  const { x, width } = (await last.boundingBox())!;
  expect(x + width).toBeLessThanOrEqual(390);
});

// the remaining tests change the numbers
test("numbers and charts follow the calls", async () => {
  const { page, problems } = await open("/queues?queue=901");
  await eventually(async () => expect((await sumsOf(page, "Ligações")).Recebidas).toBe(4));
  await send(0.2, ["call.waiting", 0, { queue: "901" }]);
  await eventually(async () => expect((await sumsOf(page, "Ligações")).Recebidas).toBe(5));
  // the table and the charts are updated by separate messages
  await eventually(async () =>
    expect(await numbersOf(page, "901")).toMatchObject({
      Recebidas: "5",
      Esperando: "1",
      "Maior espera": expect.stringMatching(/^(00:[1-5]|0[1-3]:\d)\d$/),
    }),
  );
  expect(problems).toEqual([]);
});

test("the day of all queues includes calls without a queue, and is below its heading", async () => {
  await send(1, ["call.waiting", 0], ["call.ongoing", 3], ["call.finished", 9]);
  const { page } = await open("/queues");
  await eventually(async () => expect(await rowOf(page, "sem fila").count()).toBe(1));
  const legend = page.getByRole("figure", { name: "Ligações" }).locator(".legend");
  await eventually(async () => {
    const all = await numbersOf(page, "Todas as filas");
    expect(Number(all.Recebidas)).toBeGreaterThan(18);
    expect((await legend.innerText()).replace(/\s+/g, " ")).toContain(`Recebidas ${all.Recebidas}`);
  });
  const above = await page.locator("#day-heading").boundingBox();
  const below = await page.locator(".charts").boundingBox();
  expect(above!.y + above!.height).toBeLessThanOrEqual(below!.y);
});

test("outbound calls have separate columns as soon as there are any, and the exported table has all numbers", async () => {
  const { page, problems } = await open("/queues");
  await eventually(async () => expect(await rowOf(page, "Todas as filas").count()).toBe(1));
  const before = await numbersOf(page, "Todas as filas");
  expect(before).not.toHaveProperty("Realizadas");
  const call = { direction: "outbound", queue: "800" };
  const talk = { actor: "ana@example.com" };
  await send(
    9,
    ["call.new", 0, call],
    ["actor.entered", 5, talk],
    ["call.ongoing", 6, call],
    ["actor.left", 66, talk],
  );
  await send(8, ["call.waiting", 0, call], ["call.queue-abandon", 9, call], ["call.finished", 10, call]);
  const numbers = { Realizadas: "2", Conectadas: "1", Perdidas: "1", "TMA ativas": "01:00" };
  await eventually(async () =>
    expect(await numbersOf(page, "800")).toMatchObject({ ...numbers, Recebidas: "0" }),
  );
  expect(await numbersOf(page, "Todas as filas")).toEqual({
    ...before,
    ...numbers,
    "Maior espera": expect.any(String),
  });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Exportar a tabela como CSV" }).click(),
  ]);
  const lines = (await readFile((await download.path())!, "utf8")).trimEnd().split("\r\n");
  expect(lines[2]).toMatch(/^800;;0;0;.*;2;1;1;60\d{3};0;0;0;$/);
  expect(problems).toEqual([]);
});
