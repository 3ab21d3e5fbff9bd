import { expect, test } from "@jest/globals";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { findViolations } from "../support/browser/axe.ts";
import { useBoards } from "../support/browser/boards.ts";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";

/** The same number as senders, trunks and exchanges write it. */
const NUMBER = "5511999998888";
const SPELLINGS = [
  "11999998888",
  NUMBER,
  `+${NUMBER}`,
  "011999998888",
  "01511999998888",
  "(11) 99999-8888",
  "+55 11 99999-8888",
  "551199998888",
  `sip:+${NUMBER}@203.0.113.7`,
  Number(NUMBER),
];
const OURS = "551130001000";
/** A caller with calls all day. */
const REGULAR = "5521933334444";

const env = { ACCOUNT_TIME_ZONE: zoneAtNoon(), QUEUES: '{"900":{"name":"Vendas São Paulo"}}' };
const suite = useBoards({ env }, async () => {
  const sendSpelt = (their_number: string | number, n: number) =>
    send(`spelt-${n}`, 600 - n, ["call.new", 0, { their_number, our_number: OURS }], ...TALK);
  await Promise.all(SPELLINGS.slice(0, -1).map(sendSpelt));
  // partitions are read in parallel: a call is surely newer only than calls that are stored already
  await eventually(async () => expect(await suite.gateway.calls()).toHaveLength(SPELLINGS.length - 1));
  await sendSpelt(SPELLINGS.at(-1)!, SPELLINGS.length - 1);
  await eventually(async () => expect(await suite.gateway.calls()).toHaveLength(SPELLINGS.length));
  await send("alien", 500, ["call.new", 0, { their_number: "5511900001111", our_number: OURS }]);
  await Promise.all(
    Array.from({ length: 130 }, (_, n) =>
      send(`regular-${n}`, 400, ["call.new", 0, { their_number: REGULAR }]),
    ),
  );
  // wait until every event is stored, so that a page shows complete calls when it opens
  await eventually(async () => expect(await suite.gateway.lag()).toBe(0));
});
const open = (path: string, options: BrowserContextOptions = {}) => suite.open(path, 0, options);

type Sent = [type: string, seconds: number, more?: object];
/** Sends events of one call in order. Each has a stamp this number of seconds after the call's beginning. */
async function send(call_id: string, secondsAgo: number, ...events: Sent[]): Promise<void> {
  const began = Date.now() - secondsAgo * 1_000;
  for (const [type, seconds, more] of events) {
    const timestamp = new Date(began + seconds * 1_000).toISOString();
    const { status } = await suite.gateway.post(JSON.stringify({ type, call_id, timestamp, ...more }));
    expect(status).toBe(200);
  }
}
const TALK: Sent[] = [
  ["call.waiting", 1, { queue: "900" }],
  ["actor.entered", 11, { actor: "ana@example.com" }],
  ["call.finished", 71],
];

const rows = (page: Page) => page.locator(".number-page tbody tr");
const sum = (page: Page, name: string) =>
  page
    .locator(".sums > div")
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator("dd");
const details = (page: Page) => page.getByRole("complementary");

test("all calls of a number are listed in every spelling, newest first, masked and added up", async () => {
  const { page, problems } = await open("/number");
  const title = page.getByRole("heading", { level: 1 });
  for (const spelling of SPELLINGS) {
    await page.goto(new URL(`/number#${new URLSearchParams({ q: `${spelling}` })}`, page.url()).href);
    await eventually(async () => expect(await rows(page).count()).toBe(SPELLINGS.length));
    await eventually(async () => expect(await title.innerText()).toBe("Ligações de +55 11 9****-8888"));
  }
  const from = await rows(page).locator("td:nth-child(3)").allInnerTexts();
  expect(new Set(from)).toEqual(new Set(["+55 11 9****-8888"]));
  expect(await page.locator("body").innerText()).not.toContain("99999");
  expect(await page.title()).toBe("TeraVoz · Telefone");
  expect(await sum(page, "Ligações").innerText()).toBe("10");
  expect(await sum(page, "Atendidas").innerText()).toBe("10");
  expect(await sum(page, "Tempo de conversa").innerText()).toBe("10:00");
  await rows(page).first().click();
  await eventually(async () => expect(await details(page).innerText()).toContain("spelt-9"));
  await page.keyboard.press("n");
  await eventually(async () => expect(await title.innerText()).toBe("Ligações de +55 11 99999-8888"));
  expect(problems).toEqual([]);
});

test("a hidden number, an extension and a name have no page of a number", async () => {
  const { page, problems } = await open("/number");
  for (const q of ["anonymous", "4321", "ana@example.com"]) {
    await page.goto(new URL(`/number#${new URLSearchParams({ q })}`, page.url()).href);
    await eventually(async () =>
      expect(await page.getByText("Nenhum telefone escolhido.").isVisible()).toBe(true),
    );
  }
  expect(problems).toEqual([]);
});

test("the board, the list of calls and the abandoned calls mask a number in its display form, however it was sent", async () => {
  const their_number = '"Central" <sip:+5511944443333@203.0.113.7>';
  const { page, problems } = await open("/");
  await send("by-sip", 60, ["call.waiting", 0, { queue: "905", their_number }]);
  const shows = async (row: Locator) =>
    eventually(async () => {
      expect(await row.innerText()).toContain("+55 11 9****-3333");
      expect(await page.locator("body").innerText()).not.toMatch(/203\.0|44443333|Central/);
    });
  await shows(page.locator('tr[data-call="by-sip"]'));
  await page.goto(new URL("/calls#q=3333", page.url()).href);
  await shows(page.locator('tr[data-call="by-sip"]'));
  await send("by-sip", 20, ["call.queue-abandon", 0], ["call.finished", 1]);
  await page.goto(new URL("/abandoned", page.url()).href);
  await shows(page.locator('tr[data-call="by-sip"]'));
  await page.keyboard.press("n");
  await eventually(async () =>
    expect(await page.locator('tr[data-call="by-sip"]').innerText()).toContain("+55 11 94444-3333"),
  );
  expect(problems).toEqual([]);
});

test("a search finds a part of a number, an agent's short name and a queue's name", async () => {
  const { page, problems } = await open("/calls");
  const listed = page.locator("tbody tr");
  const search = async (text: string) => {
    await page.keyboard.press("/");
    await page.getByRole("searchbox").fill(text);
    await page.keyboard.press("Enter");
  };
  await eventually(async () => expect(await listed.count()).toBeGreaterThan(SPELLINGS.length));
  for (const text of [
    "8888",
    "99999 8888",
    "(11) 9999-8888",
    "ANA",
    "vendas sao paulo",
    "015 11 99999 8888",
  ]) {
    await search(text);
    await eventually(async () => {
      const found = await listed.evaluateAll((all) => all.map((row) => row.getAttribute("data-call")));
      expect([text, found.sort()]).toEqual([text, SPELLINGS.map((_, n) => `spelt-${n}`)]);
    });
  }
  await search("888");
  await eventually(async () => expect(await page.getByText("Nada encontrado.").isVisible()).toBe(true));
  expect(problems).toEqual([]);
});

test("an open search shows calls that start to match and hides those that stop", async () => {
  const { page, problems } = await open("/calls#q=4477");
  const listed = page.locator("tbody tr");
  await eventually(async () => expect(await page.getByText("Nada encontrado.").isVisible()).toBe(true));
  await send("comes", 60, ["call.waiting", 0, { queue: "906", their_number: "5511944774477" }]);
  await eventually(async () =>
    expect(await listed.allInnerTexts()).toEqual([expect.stringContaining("906")]),
  );
  await send("comes", 30, ["call.standby", 0, { their_number: "5511922221111" }]);
  await eventually(async () => expect(await listed.count()).toBe(0));
  await send("comes", 10, ["call.standby", 0, { their_number: "5511944774477" }], ["call.finished", 1]);
  await eventually(async () =>
    expect(await listed.allInnerTexts()).toEqual([expect.stringContaining("Encerrada")]),
  );
  expect(problems).toEqual([]);
});

test("the page of one of our own numbers lists the calls to it", async () => {
  const { page } = await open(`/number#q=${OURS}`);
  await eventually(async () => expect(await rows(page).count()).toBe(SPELLINGS.length + 1));
});

test("older calls are loaded page by page, and the totals show how many calls they cover", async () => {
  const { page } = await open(`/number#q=${REGULAR}`);
  await eventually(async () => expect(await rows(page).count()).toBe(100));
  expect(await sum(page, "Ligações").innerText()).toBe("100+ das 100 mais recentes");
  await page.getByRole("button", { name: "Mostrar mais antigas" }).click();
  await eventually(async () => expect(await rows(page).count()).toBe(130));
  expect(await sum(page, "Ligações").innerText()).toBe("130");
  expect(await page.getByRole("button", { name: "Mostrar mais antigas" }).count()).toBe(0);
});

test("the page follows the calls, and shows whether an abandoned call was called back", async () => {
  const their_number = "5511977776666";
  const { page, problems } = await open(`/number#q=${their_number}`);
  await eventually(async () =>
    expect(await page.getByText("Nenhuma ligação deste telefone.").isVisible()).toBe(true),
  );
  const wait: Sent = ["call.waiting", 0, { queue: "900", their_number }];
  await send("gave-up", 60, wait, ["call.queue-abandon", 30], ["call.finished", 31]);
  await eventually(async () => expect(await rows(page).innerText()).toContain("abandonou · ainda não falou"));
  expect(await sum(page, "Abandonos").innerText()).toBe("1");
  await send(
    "back",
    5,
    ["call.new", 0, { their_number: "11977776666", direction: "outbound" }],
    ["call.ongoing", 2],
  );
  await eventually(async () =>
    expect(await rows(page).last().innerText()).toMatch(/abandonou · ✓ \d\d:\d\d:\d\d/),
  );
  expect(await sum(page, "Último abandono").innerText()).toContain("✓ falou depois");
  expect(await sum(page, "Ligações").innerText()).toBe("2");
  expect(problems).toEqual([]);
});

test("a call links to its number, its queue and its agent, the search links to the number, and Back returns", async () => {
  const { page, problems } = await open("/calls#call=spelt-1");
  await eventually(async () => expect(await details(page).getByRole("link").count()).toBeGreaterThan(2));
  const follow = async (name: string, address: string) => {
    await details(page).getByRole("link", { name }).first().click();
    await eventually(async () => expect(page.url().endsWith(address)).toBe(true));
    await page.goBack();
    await eventually(async () => expect(await details(page).innerText()).toContain("spelt-1"));
  };
  await follow("900", "/queues?queue=900");
  await follow("ana@example.com", "/agents#q=ana%40example.com");
  await follow("9****-8888", `/number#q=${NUMBER}`);
  await page.keyboard.press("/");
  await page.getByRole("searchbox").fill("(11) 99999-8888");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Ver todas as ligações deste telefone" }).click();
  await eventually(async () => expect(await rows(page).count()).toBe(SPELLINGS.length));
  expect(problems).toEqual([]);
});

test("a call has a URL: a shared link opens it, Back and Esc close it", async () => {
  const { page } = await open("/?minutes=30");
  await send("waits", 30, ["call.waiting", 0, { queue: "900" }]);
  await eventually(async () =>
    expect(await page.getByRole("cell", { name: "900" }).count()).toBeGreaterThan(0),
  );
  await page.getByRole("region", { name: "Em espera" }).getByRole("row").last().click();
  await eventually(async () => expect(page.url().endsWith("/?minutes=30#call=waits")).toBe(true));
  const shared = await open(
    new URL(page.url()).pathname + new URL(page.url()).search + new URL(page.url()).hash,
  );
  await eventually(async () => expect(await details(shared.page).innerText()).toContain("waits"));
  await page.goBack();
  await eventually(async () => expect(await details(page).count()).toBe(0));
  expect(page.url().endsWith("/?minutes=30")).toBe(true);
  await page.goForward();
  await eventually(async () => expect(await details(page).count()).toBe(1));
  await shared.page.keyboard.press("Escape");
  await eventually(async () => expect(await details(shared.page).count()).toBe(0));
  expect(shared.page.url().endsWith("/?minutes=30")).toBe(true);
});

test("one step back closes the details after any number of opened calls, and closing them adds no step", async () => {
  const { page } = await open("/");
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  const listed = page.locator("tbody tr");
  await eventually(async () => expect(await listed.count()).toBeGreaterThan(3));
  for (const n of [0, 1, 2]) {
    await listed.nth(n).click();
    await eventually(async () => expect(await listed.nth(n).getAttribute("class")).toContain("chosen"));
  }
  await page.goBack();
  await eventually(async () => expect(await details(page).count()).toBe(0));
  expect(new URL(page.url()).pathname).toBe("/calls");
  await listed.first().click();
  await eventually(async () => expect(await details(page).count()).toBe(1));
  await page.getByRole("button", { name: "Fechar" }).click();
  await eventually(async () => expect(await details(page).count()).toBe(0));
  await page.goBack();
  await eventually(async () => expect(new URL(page.url()).pathname).toBe("/"));
});

test("oddities of a call are described, with seconds in the format of the language", async () => {
  await send(
    "odd",
    300,
    ["call.ongoing", 3.1],
    ["call.waiting", 1, { queue: "900" }],
    ["call.finished", 4_000],
  );
  await send("odd-answer", 300, ["call.new", 0], ["actor.entered", 2, { queue: "900" }]);
  const expectSaid = async (path: string, expected: unknown[], options: BrowserContextOptions = {}) => {
    const { page } = await open(path, options);
    await eventually(async () => expect(await page.locator(".odd").allInnerTexts()).toEqual(expected));
  };
  await expectSaid("/calls#call=odd", [
    "“Em atendimento” chegou antes de “Em espera” (2,1 s).",
    "O início da ligação não chegou: o primeiro evento é “Em espera”.",
    expect.stringMatching(/^1 h 6 min sem nenhum evento\.$/),
  ]);
  await expectSaid(
    "/calls#call=odd",
    ["“In progress” arrived before “Waiting” (2.1 s).", expect.any(String), expect.any(String)],
    { locale: "en" },
  );
  await expectSaid("/calls#call=odd-answer", [
    "Atendida numa fila sem um “Em espera” antes: conta como atendida, com espera desconhecida.",
  ]);
});

test("axe finds no violation on the page of a number, with and without an open call, in light and dark", async () => {
  for (const path of [`/number#q=${NUMBER}`, `/number#q=${NUMBER}&call=spelt-0`, "/number"]) {
    const { page } = await open(path);
    const texts = path === "/number" ? page.getByText("Nenhum telefone escolhido.") : rows(page);
    await eventually(async () => expect(await texts.count()).toBe(path === "/number" ? 1 : SPELLINGS.length));
    if (path.includes("call="))
      await eventually(async () => expect(await details(page).locator(".timeline li").count()).toBe(4));
    expect({ path, found: await findViolations(page) }).toEqual({ path, found: [] });
  }
});
