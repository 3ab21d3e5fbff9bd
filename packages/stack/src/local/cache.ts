import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Say } from "../stack.ts";

/** The directory for downloads, outside every checkout, so that all checkouts share them. */
export const cacheDir = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "teravoz-gateway");

export type Download = {
  /** The folder in the cache: name and version. */
  folder: string;
  /** The name that the user sees during the download. */
  title: string;
  fetch(dir: string): Promise<void>;
};

export const isCached = (cache: string, { folder }: Download): boolean => existsSync(join(cache, folder));

/**
 * Returns the folder with the content of `fetch`, fetched now or earlier. The content is fetched into another folder
 * and renamed when complete. A run that dies leaves no incomplete folder. If two runs fetch at once, the second one
 * uses the folder of the first.
 */
export async function cached(cache: string, download: Download, say: Say): Promise<string> {
  const folder = join(cache, download.folder);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, `.${download.folder}-`));
  try {
    await fetchInto(draft, download, say);
    await rename(draft, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

async function fetchInto(dir: string, { title, fetch }: Download, say: Say): Promise<void> {
  const startedAt = Date.now();
  say(`downloading ${title}, once per machine`);
  await fetch(dir);
  const megabytes = ((await sizeOf(dir)) / 1_000_000).toFixed(0);
  say(`downloaded ${title}: ${megabytes} MB in ${((Date.now() - startedAt) / 1_000).toFixed(0)} s`);
}

async function sizeOf(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
