import { expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { findViolations } from "../support/browser/axe.ts";
import { useMemoryBoards } from "../support/browser/boards.ts";
import { eventually } from "../support/eventually.ts";

const TOKEN = "the-token-of-the-board";
const REFUSED = "Este código de acesso não foi aceito.";

const suite = useMemoryBoards({ tokens: [TOKEN] });

const field = (page: Page) => page.getByLabel("Código de acesso");
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const isAsked = async (page: Page) => {
  await eventually(async () => expect(await heading(page).innerText()).toBe("Acesso ao painel"));
  // no part of the board is drawn behind the form
  expect(await page.locator(".card, table").count()).toBe(0);
};
const isIn = (page: Page) =>
  eventually(async () => {
    expect(await page.locator(".card").count()).toBe(6);
    expect(await field(page).count()).toBe(0);
  });

test("the page asks for the token once per tab, accepts it by keyboard, and keeps it only in the tab", async () => {
  const { page, problems } = await suite.open("/?minutes=30");
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  page.on("websocket", (socket) => addresses.push(socket.url()));
  await isAsked(page);
  await page.keyboard.press("Tab");
  await page.keyboard.type("another token");
  await page.keyboard.press("Enter");
  await eventually(async () => expect(await page.getByRole("alert").innerText()).toBe(REFUSED));
  await field(page).fill(` ${TOKEN} `);
  await page.keyboard.press("Enter");
  await isIn(page);
  // a shared link still leads to its page
  expect(new URL(page.url()).search).toBe("?minutes=30");
  await page.reload();
  await isIn(page);
  expect(addresses.length).toBeGreaterThan(3);
  for (const address of [...addresses, page.url()]) expect(address).not.toContain(TOKEN);
  expect(await page.evaluate("JSON.stringify([{ ...localStorage }, document.cookie])")).not.toContain(TOKEN);
  expect(problems).toEqual([]);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await isAsked(other);
});

test("the page asks again for a token that is no longer valid", async () => {
  const { page } = await suite.open("/", 0, {}, `sessionStorage.setItem("token", "the token of last year")`);
  await isAsked(page);
  expect(await page.getByRole("alert").innerText()).toBe(REFUSED);
});

test("only the page's own scripts run: none inline, none from data, none from handlers", async () => {
  const { page, problems } = await suite.open();
  await page.evaluate(`{
    const [inline, elsewhere] = [document.createElement("script"), document.createElement("script")];
    inline.textContent = "globalThis.ran = 'inline'";
    elsewhere.src = "data:text/javascript,globalThis.ran='data'";
    const button = document.createElement("button");
    button.setAttribute("onclick", "globalThis.ran = 'handler'");
    document.body.append(inline, elsewhere, button);
    button.click();
  }`);
  await eventually(() => expect(problems).toHaveLength(3));
  for (const problem of problems) expect(problem).toContain("Content Security Policy");
  expect(await page.evaluate("globalThis.ran ?? null")).toBeNull();
});

test("axe finds no violation on the page that asks for the token, in light and dark", async () => {
  const { page } = await suite.open("/", 0, { viewport: { width: 360, height: 740 } });
  await field(page).fill("another token");
  await page.getByRole("button").click();
  await page.getByRole("alert").waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
});
