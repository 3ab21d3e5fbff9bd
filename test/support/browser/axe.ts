import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { eventually } from "../eventually.ts";

const source = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export type Violation = [theme: "light" | "dark", rule: string, places: string[]];

/**
 * Returns the faults that axe finds in a page in the light and the dark theme, without motion. `rules` limits the check
 * to these rules. The page stays in the dark theme.
 */
export async function findViolations(page: Page, rules?: string[]): Promise<Violation[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(await readFile(source, "utf8"));
  const found: Violation[] = [];
  for (const theme of ["light", "dark"] as const) {
    // with reduced motion blinking elements have their last colour at once
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await eventually(async () => {
      if (await page.evaluate("document.getAnimations().length > 0"))
        throw new Error("an animation still runs");
    });
    for (const { id, nodes } of await runAxe(page, rules))
      found.push([theme, id, nodes.map(({ html }) => html.slice(0, 200))]);
  }
  return found;
}

type Found = { id: string; nodes: { html: string }[] }[];

async function runAxe(page: Page, rules?: string[]): Promise<Found> {
  const options = { resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) };
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as {
    violations: Found;
  };
  return violations;
}
