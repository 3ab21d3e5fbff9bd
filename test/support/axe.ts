import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { eventually } from "./eventually.ts";

const source = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds against a page as it stands: the rule, and where. `rules`: these alone, not the usual ones. */
export async function findViolations(
  page: Page,
  rules?: string[],
): Promise<[rule: string, places: string[]][]> {
  // what glows or blinks is measured once it has its colour
  await eventually(async () => {
    if (await page.evaluate("document.getAnimations().length > 0")) throw new Error("something still moves");
  });
  await page.evaluate(await readFile(source, "utf8"));
  const { violations } = (await page.evaluate(
    `axe.run(${JSON.stringify(rules ? { runOnly: rules } : {})})`,
  )) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]);
}
