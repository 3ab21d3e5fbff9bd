import { watch } from "node:fs";
import { resolve } from "node:path";
import { ROOT } from "../open-stack.ts";
import { PAGE_SOURCES } from "./jobs.ts";
import type { Kind } from "./services.ts";

/**
 * The quiet time before a restart. An editor writes a file in several steps and a checkout writes many files; one
 * restart follows all of them.
 */
const QUIET_MS = 300;

export const KINDS: readonly Kind[] = ["ingest", "projector", "realtime"];
/** The folders whose changes restart every service. */
export const SHARED = [
  "packages/dead-letters/src",
  "packages/domain/src",
  "packages/kafka/src",
  "packages/protocol/src",
  "packages/runtime/src",
  "packages/spool/src",
  "packages/store/src",
  "schemas",
];

export type Changes = {
  /** The sources of a service changed. */
  service(kind: Kind): void;
  /** The sources of the page changed. */
  page(): void;
};

/** Reports changed sources until the signal aborts, once there was no change for QUIET_MS. Tests do not count. */
export function watchSources(changes: Changes, signal: AbortSignal): void {
  const all = settled(() => KINDS.forEach(changes.service));
  for (const dir of SHARED) watchTree(dir, all, signal);
  for (const kind of KINDS)
    watchTree(
      `services/${kind}/src`,
      settled(() => changes.service(kind)),
      signal,
    );
  const page = settled(changes.page);
  for (const path of PAGE_SOURCES) watchTree(path, page, signal);
}

/** Watches a folder with everything in it, or one file. */
function watchTree(path: string, changed: () => void, signal: AbortSignal): void {
  const isSource = (file: string | null) => file !== null && !file.endsWith(".test.ts");
  watch(resolve(ROOT, path), { recursive: true, signal }, (_, file) => void (isSource(file) && changed()));
}

function settled(run: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, QUIET_MS);
  };
}
