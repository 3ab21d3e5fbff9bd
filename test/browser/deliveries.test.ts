import { expect, test } from "@jest/globals";
import { createOutlet } from "@teravoz/ingest";
import type { BrowserContextOptions, Page } from "playwright-core";
import { findViolations } from "../support/browser/axe.ts";
import { useBoards } from "../support/browser/boards.ts";
import { eventually } from "../support/eventually.ts";

const ADMIN_TOKEN = "the-admin-token";
/** The page reads dead letters every 5 s, and instances report their refusals in each status. */
const PATIENCE_MS = 60_000;

// the second instance has no token, so it cannot redrive
const suite = useBoards({
  realtime: 2,
  env: { STATUS_INTERVAL_MS: "2000" },
  envOf: (name): NodeJS.ProcessEnv => (name === "realtime-2" ? {} : { ADMIN_TOKEN }),
});
const open = (path = "/deliveries", instance = 0, options: BrowserContextOptions = {}) =>
  suite.open(path, instance, options);

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
const bodyOf = (type: string, call_id: string, more: object = {}) =>
  JSON.stringify({ type, call_id, their_number: "5511987654321", timestamp: ago(0), ...more });
const post = async (body: string, status = 200) =>
  expect((await suite.gateway.post(body)).status).toBe(status);

/** Parks bodies as an older release would, which did not know their type. */
async function refuseAsOlder(...bodies: string[]): Promise<void> {
  const { codec, topics } = suite.gateway.opened;
  const { park } = createOutlet({ codec, publisher: suite.gateway.opened.publisher(), topics });
  const refused = { key: null, reason: "unprocessable", receivedAt: new Date() };
  await Promise.all(bodies.map((body) => park({ ...refused, body: Buffer.from(body) })));
  await untilStored();
}

/** Waits until every sent event is in the database, so that a page that is opened then shows it at once. */
const untilStored = () => eventually(async () => expect(await suite.gateway.lag()).toBe(0), PATIENCE_MS);

const rowOf = (page: Page, text: string) => page.locator("tbody tr").filter({ hasText: text });
/** The cells of the newest row that contains a text, without its time. */
async function cellsOf(page: Page, text: string): Promise<string[]> {
  const cells = await rowOf(page, text).first().locator("td").allInnerTexts();
  return cells.slice(1).map((cell) => cell.replace(/\s+/g, " ").trim());
}
const untilCells = (page: Page, text: string, expected: string[]) =>
  eventually(async () => expect(await cellsOf(page, text)).toEqual(expected), PATIENCE_MS);
const choose = (page: Page, status: string) =>
  page.getByRole("navigation", { name: "Filtrar por status" }).getByRole("button", { name: status }).click();

test("without any delivery, the page explains what it will show and how to try it", async () => {
  const { page, problems } = await open();
  await eventually(async () => expect(await page.getByText("npx -y pnpm simulate").isVisible()).toBe(true));
  expect(await page.title()).toBe("TeraVoz · Eventos recebidos");
  expect(problems).toEqual([]);
});

test("each POST appears without a reload, with our answer: new, redelivered, late, out of order, of an unknown type, refused", async () => {
  const { page, problems } = await open();
  // the refusal whose count appears last is sent first: the count arrives with the next status
  await post("nonsense", 400);
  await post(bodyOf("call.imagined", "unknown.1"), 422);
  await post('{"type":"call.new","sid":"unknown"}', 422);
  await post(bodyOf("call.new", "new.1"));
  const again = bodyOf("call.new", "again.1");
  for (let n = 0; n < 3; n += 1) await post(again);
  await post(bodyOf("call.new", "late.1", { timestamp: ago(90) }));
  await post(bodyOf("call.ongoing", "order.1", { timestamp: ago(1) }));
  await post(JSON.stringify({ type: "actor.paused", actor: "5511912340001", timestamp: ago(0) }));
  await eventually(async () => expect(await rowOf(page, "order.1").count()).toBe(1));
  await post(bodyOf("call.waiting", "order.1", { timestamp: ago(3) }));
  await untilCells(page, "new.1", ["✓no prazo", "Nova ligação", "new.1", "200", ""]);
  await untilCells(page, "again.1", ["↻repetida 2 vezes", "Nova ligação", "again.1", "200", ""]);
  await eventually(async () =>
    expect(await cellsOf(page, "late.1")).toEqual([
      "◔atrasada",
      "Nova ligação",
      "late.1",
      "200",
      expect.stringMatching(/^01:3\d de atraso$/),
    ]),
  );
  // not "0001" alone: the text of a row has no gaps, and "200" next to "01:30" contains it too
  await untilCells(page, "-0001", ["✓no prazo", "Agente em pausa", "+55 11 9****-0001", "200", ""]);
  await untilCells(page, "order.1", [
    "⇅fora de ordem",
    "Em espera",
    "order.1",
    "200",
    "depois de “Em atendimento”",
  ]);
  await untilCells(page, "unknown.1", [
    "?tipo desconhecido",
    "call.imagined",
    "unknown.1",
    "422",
    "esperando",
  ]);
  await untilCells(page, "recusada", ["✕recusada", "Nova ligação", "–", "422", "esperando"]);
  const refused = page.getByRole("region", { name: "Recusados na última hora" });
  await eventually(async () => expect(await refused.innerText()).toMatch(/400\s*×1/), PATIENCE_MS);
  expect(problems).toEqual([]);
});

test("the list can be filtered by status and by call; both are in the URL, the call in the part that no server receives", async () => {
  const { page, problems } = await open();
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(5));
  await choose(page, "repetida");
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBe(1));
  expect(new URL(page.url()).search).toBe("?status=redelivered");
  await page.reload();
  await untilCells(page, "again.1", ["↻repetida 2 vezes", "Nova ligação", "again.1", "200", ""]);
  await choose(page, "Todas");
  await page.keyboard.press("/");
  await page.keyboard.type("order.1");
  await page.keyboard.press("Enter");
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBe(2));
  expect(new URL(page.url()).hash).toBe("#q=order.1");
  expect(new URL(page.url()).search).toBe("");
  await choose(page, "retida");
  await eventually(async () =>
    expect(await page.getByText("Nenhum evento recebido com este filtro.").isVisible()).toBe(true),
  );
  expect(problems).toEqual([]);
});

test("a row opens its call, which lists every delivery in order of arrival and follows new ones", async () => {
  const { page, problems } = await open();
  await eventually(async () => expect(await rowOf(page, "order.1").count()).toBe(2));
  await rowOf(page, "order.1").first().focus();
  await page.keyboard.press("Enter");
  const shown = page.locator(".call-deliveries li");
  const lines = async () => (await shown.allInnerTexts()).map((text) => text.replace(/\s+/g, " ").slice(9));
  const first = "Em atendimento ✓no prazo";
  const second = "Em espera ⇅fora de ordem depois de “Em atendimento”";
  await eventually(async () => expect((await lines()).map((line) => line.trim())).toEqual([first, second]));
  await post(bodyOf("call.finished", "order.1"));
  await eventually(async () => expect(await shown.count()).toBe(3));
  await page.keyboard.press("Escape");
  await eventually(async () => expect(await shown.count()).toBe(0));
  expect(problems).toEqual([]);
});

const redriveButton = (page: Page) => page.getByRole("button", { name: "Reprocessar", exact: true });
const details = (page: Page) => page.getByRole("complementary");

test("a dead letter opens with its reason and its body, numbers masked, and is redriven with the right token only", async () => {
  const body = bodyOf("call.new", "redriven.1");
  await refuseAsOlder(body, body);
  const { page, problems } = await open("/deliveries?status=refused");
  await untilCells(page, "2 vezes", ["✕recusada", "Nova ligação", "–", "422", "esperando · 2 vezes"]);
  await rowOf(page, "2 vezes").click();
  await eventually(async () =>
    expect(await details(page).locator("pre").innerText()).toContain("redriven.1"),
  );
  expect(await details(page).innerText()).toContain("tipo desconhecido, ou sem call_id");
  expect(await details(page).locator("pre").innerText()).toContain("+55 11 9****-4321");
  await page.getByLabel("Token de administração").fill("a wrong token");
  await redriveButton(page).click();
  const alert = page.getByRole("alert").filter({ hasText: "não foi aceito" });
  await eventually(async () => expect(await alert.count()).toBe(1));
  expect(await suite.gateway.calls()).not.toContainEqual(
    expect.objectContaining({ aggregate_id: "redriven.1" }),
  );
  await page.getByLabel("Token de administração").fill(ADMIN_TOKEN);
  await redriveButton(page).click();
  await eventually(
    async () => expect(await details(page).innerText()).toContain("✓ Enviada de novo."),
    PATIENCE_MS,
  );
  await untilCells(page, "2 vezes", ["✕recusada", "Nova ligação", "–", "422", "reprocessada · 2 vezes"]);
  await choose(page, "Todas");
  await untilCells(page, "redriven.1", ["✓no prazo", "Nova ligação", "redriven.1", "200", ""]);
  expect(page.url()).not.toContain("token");
  expect(problems).toEqual([expect.stringContaining("401")]);
  // the page asks for the token once per tab
  await choose(page, "tipo desconhecido");
  await rowOf(page, "unknown.1").click();
  await eventually(async () => expect(await redriveButton(page).isVisible()).toBe(true));
  expect(await page.getByLabel("Token de administração").count()).toBe(0);
  await redriveButton(page).click();
  await eventually(async () =>
    expect(await details(page).innerText()).toMatch(/✕ Continua recusada: \/type must be one of/),
  );
});

test("all waiting dead letters of a filter are redriven after a confirmation, and the page reports the result", async () => {
  await refuseAsOlder(...Array.from({ length: 30 }, (_, n) => bodyOf("call.new", `many.${n}`)));
  const { page } = await open("/deliveries?status=refused");
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBe(32), PATIENCE_MS);
  await page.getByRole("button", { name: "Reprocessar todas" }).click();
  // the one without a call also waits
  const yes = page.getByRole("button", { name: "Sim, reprocessar 31" });
  await eventually(async () => expect(await yes.isVisible()).toBe(true));
  await page.getByLabel("Token de administração").fill(ADMIN_TOKEN);
  await yes.click();
  const shown = page.getByRole("status").filter({ hasText: "recusada" });
  await eventually(
    async () =>
      expect(await shown.innerText()).toMatch(/^30 enviadas de novo, 1 recusada outra vez \/call_id/),
    PATIENCE_MS,
  );
  await eventually(async () => {
    const calls = await suite.gateway.calls();
    expect(calls.filter(({ aggregate_id }) => aggregate_id.startsWith("many."))).toHaveLength(30);
  }, PATIENCE_MS);
});

test("an instance without ADMIN_TOKEN reports that it cannot redrive, in both languages", async () => {
  const { page, problems } = await open("/deliveries?status=unknown-type", 1);
  await eventually(async () => expect(await rowOf(page, "unknown.1").count()).toBe(1));
  await rowOf(page, "unknown.1").click();
  await eventually(async () =>
    expect(await details(page).innerText()).toContain("Para reprocessar, defina ADMIN_TOKEN no realtime."),
  );
  expect(await redriveButton(page).count()).toBe(0);
  await page.getByRole("button", { name: "English" }).click();
  await rowOf(page, "unknown.1").click();
  await eventually(async () =>
    expect(await details(page).innerText()).toContain("To redrive, set ADMIN_TOKEN for realtime."),
  );
  expect(problems).toEqual([]);
});

test("markup in any field is shown as text", async () => {
  const evil = `<img src=x onerror="alert(1)">`;
  const fields = { code: evil, queue: evil, actor: evil, data: evil, [evil]: evil };
  await post(bodyOf("call.new", evil, fields));
  await post(bodyOf("call.new", evil, { ...fields, timestamp: ago(-1) }));
  await post(JSON.stringify({ type: "actor.paused", ...fields, timestamp: ago(0) }));
  await post(JSON.stringify({ ...fields, type: evil, call_id: evil }), 422);
  await untilStored();
  const { page, problems } = await open(`/deliveries#q=${encodeURIComponent(evil)}`);
  await eventually(async () => expect(await rowOf(page, "onerror").count()).toBe(4), PATIENCE_MS);
  for (const status of ["Agente em pausa", "tipo desconhecido", "Nova ligação"]) {
    await rowOf(page, status).first().click();
    await eventually(async () =>
      expect(await details(page).locator("pre", { hasText: "onerror" }).count()).toBeGreaterThan(0),
    );
    expect(await page.locator("#page img, #page script").count()).toBe(0);
  }
  expect(problems).toEqual([]);
});

test("axe finds no violation on the page of deliveries, in light and dark", async () => {
  const { page } = await open();
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(5));
  for (const row of [null, "unknown.1", "order.1"]) {
    if (row) {
      await rowOf(page, row).first().click();
      await eventually(async () => expect(await page.locator("aside pre").count()).toBeGreaterThan(0));
    }
    const violations = await findViolations(page);
    expect({ row, violations }).toEqual({ row, violations: [] });
  }
});
