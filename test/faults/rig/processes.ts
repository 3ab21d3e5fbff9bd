import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Kind, type ServiceHandle, type ServiceSpec, startServices } from "@teravoz/stack";
import type { Links } from "./links.ts";

/** The services of a run, and which of them may end. */
export type Processes = {
  handles: ServiceHandle[];
  of(kind: Kind): ServiceHandle[];
  find(name: string): ServiceHandle;
  /** Ends that the nemesis did not cause. */
  ends: { name: string; how: string }[];
  /** Marks a process: from now on until `revive`, its end is caused by the nemesis. */
  doom(name: string): void;
  /** Starts a process again and removes its mark: from now on its end is a fault of the gateway. */
  revive(name: string): Promise<void>;
  /**
   * Makes a process end itself when it passes `point` for the `hits`th time. Resolves with whether it did within the
   * limit.
   */
  strikeAt(name: string, point: string, hits: number): Promise<boolean>;
  stop(): Promise<void>;
};

type Options = {
  dir: string;
  env: NodeJS.ProcessEnv;
  links: Links;
  counts: Record<Kind, number>;
  /** Modules that run instead of the services' own main modules. */
  mains?: Partial<Record<Kind, string>>;
};

/**
 * Limit until a process passes its point. A rebalance around a dead member takes at most 10 s, a production session; no
 * partition waits longer than three rebalances for traffic.
 */
const STRIKE_LIMIT_MS = 45_000;

export async function startProcesses(options: Options): Promise<Processes> {
  const { dir, env, links, counts, mains = {} } = options;
  const points = join(dir, "failpoints");
  mkdirSync(points, { recursive: true });
  const specs = (Object.keys(counts) as Kind[]).flatMap((kind) =>
    Array.from({ length: counts[kind] }, (_, n): ServiceSpec => {
      const name = `${kind}-${n + 1}`;
      const own = { ...links.envOf(name), FAILPOINT_FILE: join(points, name) };
      return { name, kind, env: own, ...(mains[kind] ? { main: mains[kind] } : {}) };
    }),
  );
  const handles = await startServices({ addresses: links.addresses, services: specs, dir, env });
  const ends: Processes["ends"] = [];
  const doomed = new Set<string>();
  const find = (name: string) => handles.find((handle) => handle.name === name)!;
  const watched = new Map<string, ServiceHandle["exited"]>();
  const watch = (handle: ServiceHandle) => {
    const { exited, name } = handle;
    if (watched.get(name) === exited) return;
    watched.set(name, exited);
    void exited.then(({ code, signal }) => {
      if (doomed.has(name)) return;
      ends.push({ name, how: `ended with ${signal ?? `code ${code}`}` });
      // the run continues, because it may show more
      void handle.start().then(() => watch(handle));
    });
  };
  const doom = (name: string) => void doomed.add(name);
  const revive = async (name: string) => {
    await find(name).start();
    doomed.delete(name);
    watch(find(name));
  };
  for (const handle of handles) watch(handle);
  return {
    handles,
    of: (kind) => handles.filter((handle) => handle.kind === kind),
    find,
    ends,
    doom,
    revive,
    strikeAt: async (name, point, hits) => {
      doom(name);
      const end = await strikeAt(find(name).exited, join(points, name), { point, hits });
      if (end !== null && end !== "struck") ends.push({ name, how: end.how });
      return end === "struck";
    },
    stop: async () => {
      for (const { name } of handles) doom(name);
      for (const handle of handles) handle.kill("SIGCONT");
      await Promise.all(handles.map((handle) => handle.stop()));
    },
  };
}

type Exit = Awaited<ServiceHandle["exited"]>;

/**
 * Resolves with "struck" if a process ended at its point, with `how` if it ended elsewhere, with null if it did not
 * end.
 */
async function strikeAt(
  exited: Promise<Exit>,
  file: string,
  aim: { point: string; hits: number },
): Promise<{ how: string } | "struck" | null> {
  // renamed into place, because the process may read it at any moment
  writeFileSync(`${file}.new`, JSON.stringify(aim));
  renameSync(`${file}.new`, file);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), STRIKE_LIMIT_MS);
  });
  const exit = await Promise.race([exited, late]);
  clearTimeout(timer);
  // the process renames the file when it ends at its point
  const struck = !existsSync(file);
  rmSync(file, { force: true });
  if (struck) return exited.then(() => "struck");
  return exit && { how: `ended with ${exit.signal ?? `code ${exit.code}`}` };
}
