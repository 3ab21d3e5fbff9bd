import { watch } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../open-stack.ts";
import type { Kind } from "./services.ts";

/** An editor writes a file in several steps, a checkout many files: one restart for all of them. */
const QUIET_MS = 300;

const KINDS: readonly Kind[] = ["ingest", "projector", "realtime"];
/** What every service is made of. */
const SHARED = [
  "packages/domain/src",
  "packages/kafka/src",
  "packages/runtime/src",
  "packages/store/src",
  "schemas",
];

export type Changes = {
  /** The sources of a service changed. */
  service(kind: Kind): void;
  /** The sources of the page changed. */
  page(): void;
};

/** Tells of changed sources, once a rest, until the signal aborts. Tests do not count. */
export function watchSources(changes: Changes, signal: AbortSignal): void {
  const all = settled(() => KINDS.forEach(changes.service));
  for (const dir of SHARED) watchTree(dir, all, signal);
  for (const kind of KINDS)
    watchTree(
      `services/${kind}/src`,
      settled(() => changes.service(kind)),
      signal,
    );
  watchTree("services/realtime/web", settled(changes.page), signal);
}

function watchTree(dir: string, changed: () => void, signal: AbortSignal): void {
  const isSource = (file: string | null) => file !== null && !/\.test\.ts$|(^|\/)dist\//.test(file);
  watch(join(ROOT, dir), { recursive: true, signal }, (_, file) => void (isSource(file) && changed()));
}

function settled(run: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, QUIET_MS);
  };
}
