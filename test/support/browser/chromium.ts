import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const run = promisify(execFile);

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/** Time limit in ms for the download of a hundred megabytes and their dependencies on a slow line. */
const INSTALL_MS = 600_000;

/** The path of a Chromium: CHROMIUM, one on the PATH, or Playwright's own. Null if there is none. */
export function findChromium(env = process.env): string | null {
  const onPath = (env.PATH ?? "").split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)));
  const own = chromium.executablePath();
  return [env.CHROMIUM ?? "", ...onPath, own].find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Installs Debian's Chromium if apt-get can, else Playwright's. Throws with instructions if neither can be installed.
 */
export async function installChromium(say: (line: string) => void): Promise<void> {
  if (findChromium()) return;
  say("installing Chromium for the tests of the page");
  const ways: [string, string[]][] = [
    ["sh", ["-c", "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium"]],
    ["npx", ["-y", "playwright-core", "install", "chromium"]],
  ];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const [command, args] of ways) {
    await run(command, args, { env, timeout: INSTALL_MS }).catch(() => {});
    if (findChromium()) return;
  }
  throw new Error(
    "the tests of the page need Chromium: apt-get install chromium, or set CHROMIUM to the path of one",
  );
}
