import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildDashboard } from "@teravoz/stack";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "./chromium.ts";

/**
 * Builds the page if the built one is older than its sources. Call it before the service that serves the page starts.
 */
export async function buildPage(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "teravoz-page-"));
  await buildDashboard({ dir, env: process.env, signal: AbortSignal.timeout(120_000) });
  await rm(dir, { recursive: true, force: true });
}

/** The size at which the whole live page must be visible without scrolling. */
const DESK = { width: 1366, height: 768 };
const USUAL: BrowserContextOptions = { viewport: DESK, locale: "pt-BR", reducedMotion: "reduce" };

/**
 * Opens a real browser, which asks for reduced motion unless an option says otherwise. Each board is a new
 * window. `problems` collects the errors of its console, scripts and policy, its console warnings and its
 * dialogs.
 */
export async function openBoards() {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("no Chromium: run the whole `pnpm test`, which installs it");
  // Chromium refuses to start as root with its own sandbox
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  /** Unused windows without options, as empty as new ones. A new one costs a second of CPU. */
  const idle: Page[] = [];
  const usual = new Set<Page>();
  const openWindow = async (options: BrowserContextOptions, before: string): Promise<Page> => {
    const isUsual = before === "" && Object.keys(options).length === 0;
    const reused = isUsual ? idle.pop() : undefined;
    if (reused) return reused;
    const context = await browser.newContext({ ...USUAL, ...options });
    await context.addInitScript(before);
    const page = await context.newPage();
    if (isUsual) usual.add(page);
    return page;
  };
  return {
    /** Opens a window. `before` runs in it before the page's own scripts. */
    async open(url: string, options: BrowserContextOptions = {}, before = "") {
      const page = await openWindow(options, before);
      const problems = watch(page);
      await page.goto(url);
      // the page loads its words later and handles no key before that
      if (url !== "about:blank") await page.locator("#page > *").first().waitFor();
      return { page, problems };
    },
    /** Closes a board, or empties its window for the next one. */
    async close(page: Page): Promise<void> {
      const emptied = usual.has(page) && (await empty(page).catch(() => false));
      if (emptied) idle.push(page);
      else await page.context().close();
    },
    end: () => browser.close(),
  };
}

/** Empties a window so that it equals a new one, except for its history. Returns true. */
async function empty(page: Page): Promise<boolean> {
  page.removeAllListeners();
  const others = page.context().pages();
  await Promise.all(others.map((other) => (other === page ? null : other.close())));
  await page.unrouteAll();
  await page.evaluate("localStorage.clear(); sessionStorage.clear()");
  await page.context().clearCookies();
  await page.goto("about:blank");
  await page.emulateMedia({ media: null, colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(DESK);
  return true;
}

function watch(page: Page): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("dialog", (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return problems;
}
