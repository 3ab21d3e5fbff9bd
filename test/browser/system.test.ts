import { expect, test } from "@jest/globals";
import type { BrowserContextOptions, Page } from "playwright-core";
import { findViolations } from "../support/browser/axe.ts";
import { useBoards } from "../support/browser/boards.ts";
import { eventually } from "../support/eventually.ts";

/** Statuses every two seconds, so that the test is quick. In production it is every ten seconds. */
const STATUS_INTERVAL_MS = "2000";

const suite = useBoards({ ingest: 2, env: { WEBHOOK_TOKEN: "secret", STATUS_INTERVAL_MS } });
const open = (options: BrowserContextOptions = {}) => suite.open("/system", 0, options);

const rowOf = (page: Page, region: string, text: string) =>
  page.getByRole("region", { name: region }).getByRole("row").filter({ hasText: text });
const cellsOf = async (page: Page, region: string, text: string) =>
  (await rowOf(page, region, text).first().locator("th, td").allInnerTexts()).map((cell) => cell.trim());
const verdict = (page: Page) => page.locator(".verdict").innerText();
const card = (page: Page, name: string) => page.locator(".card", { hasText: name }).locator("dd").innerText();
const post = (body: string, token = "secret") =>
  suite.gateway.post(body, { Authorization: `Bearer ${token}` });

/**
 * Much longer than the interval of statuses (two seconds), the interval of the page's queries (five), and the time
 * after which an instance is silent (six).
 */
const SOON_MS = 60_000;
const SILENT_MS = 120_000;

test("a healthy gateway is summed up in a sentence, with every instance, and a hint that it has no events yet", async () => {
  const { page, problems } = await open();
  await eventually(async () => expect(await verdict(page)).toContain("Tudo certo"), SOON_MS);
  for (const handle of [...suite.gateway.ingest, ...suite.gateway.projector, ...suite.gateway.realtime]) {
    // the verdict can turn green before every instance of a kind has sent a status
    await eventually(async () => {
      const cells = await cellsOf(page, "Instâncias", `-${handle.pid}`);
      expect(cells[0]).toBe(handle.kind);
      expect(cells[1]).toMatch(/^●\s*pronto$/);
      expect(cells[2]).toMatch(/^\d\d:\d\d$/);
    }, SOON_MS);
  }
  expect(await page.getByText("npx -y pnpm simulate").isVisible()).toBe(true);
  expect(problems).toEqual([]);
});

test("refused requests are counted by status with their reason, beside the accepted ones", async () => {
  const { page, problems } = await open();
  for (const body of ["{", "[1]", '{"type":"call.unheard-of","call_id":"1"}']) await post(body);
  await post('{"type":"call.new","call_id":"1"}', "wrong");
  await post('{"type":"call.new","call_id":"1"}');
  await eventually(async () => {
    const refused = await Promise.all(
      ["400", "401", "422"].map((status) => cellsOf(page, "Recusados na última hora", status)),
    );
    const time = expect.stringMatching(/^\d\d:\d\d$/);
    expect(refused).toEqual([
      ["400", "conteúdo inválido", "2", time],
      ["401", "token errado", "1", time],
      ["422", "tipo desconhecido", "1", time],
    ]);
    expect([await card(page, "Aceitos"), await card(page, "Recusados")]).toEqual(["1", "4"]);
  }, SOON_MS);
  expect(problems).toEqual([]);
});

test("a wrong address is listed below the 404s by its first part, and a page of another origin in a separate table", async () => {
  const { page, problems } = await open();
  const { url } = suite.gateway.ingest[0]!;
  for (const path of ["/webhok?token=secret", "/webhok", "/5511999990000"])
    await fetch(`${url}${path}`, { method: "POST", body: "{}" });
  const polling = `${suite.gateway.realtime[0]!.url}/socket.io/?EIO=4&transport=polling`;
  expect((await fetch(polling, { headers: { Origin: "https://board.example" } })).status).toBe(403);
  await eventually(async () => {
    const region = "Recusados na última hora";
    const time = expect.stringMatching(/^\d\d:\d\d$/);
    expect(await cellsOf(page, region, "404")).toEqual(["404", "endereço errado", "3", time]);
    expect(await cellsOf(page, region, "/webhok")).toEqual(["", "/webhok", "2", time]);
    expect(await cellsOf(page, region, "/…")).toEqual(["", "/…", "1", time]);
    const origins = await cellsOf(page, "Origens recusadas na última hora", "https://board.example");
    expect(origins).toEqual(["https://board.example", "1", time]);
  }, SOON_MS);
  expect(problems).toEqual([]);
});

test("without a projector, the page reports it and counts the waiting events, and all is well after its return", async () => {
  const { page, problems } = await open();
  const [projector] = suite.gateway.projector;
  await projector!.stop();
  for (let n = 0; n < 20; n++) await post(JSON.stringify({ type: "call.new", call_id: `waits-${n}` }));
  await eventually(async () => {
    expect(await card(page, "Pendentes")).toBe("20");
    expect(await verdict(page)).toMatch(
      /Nenhum projector no ar.*\n(.*\n)*20 eventos pendentes de processamento/,
    );
    expect((await cellsOf(page, "Pendentes de processamento", "call-events")).slice(1)).toEqual([
      "20",
      expect.stringMatching(/^nº \d+: \d+$/),
      expect.stringMatching(/^0[0-2]:\d\d$/),
    ]);
  }, SOON_MS);
  await projector!.start();
  await projector!.ready();
  await eventually(async () => {
    expect(await card(page, "Pendentes")).toBe("0");
    expect(await verdict(page)).toContain("Tudo certo");
  }, SOON_MS);
  expect(problems).toEqual([]);
});

test("a killed instance is shown as silent with the time, and the other one as ready", async () => {
  const { page, problems } = await open();
  const [one, other] = suite.gateway.ingest;
  const dead = `-${one!.pid}`;
  await eventually(async () => expect(await verdict(page)).toContain("Tudo certo"), SOON_MS);
  one!.kill("SIGKILL");
  await eventually(async () => {
    expect(await verdict(page)).toMatch(
      new RegExp(`ingest \\S*${dead} não responde desde \\d\\d:\\d\\d:\\d\\d`),
    );
    expect((await cellsOf(page, "Instâncias", dead))[1]).toMatch(/^✕\s*não responde$/);
    expect((await cellsOf(page, "Instâncias", `-${other!.pid}`))[1]).toMatch(/^●\s*pronto$/);
  }, SILENT_MS);
  expect(problems).toEqual([]);
});

test("axe finds no violation with one silent instance, in light and dark", async () => {
  const { page } = await open();
  await eventually(async () => expect(await verdict(page)).toContain("não responde"));
  expect(await findViolations(page)).toEqual([]);
});

test("the page fits one screen, and the width of a phone", async () => {
  const { page } = await open();
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(5));
  expect(await page.evaluate("document.documentElement.scrollHeight <= innerHeight")).toBe(true);
  const phone = await open({ viewport: { width: 390, height: 844 } });
  await eventually(async () => expect(await phone.page.locator("tbody tr").count()).toBeGreaterThan(5));
  expect(await phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
});
