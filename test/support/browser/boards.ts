import { afterAll, afterEach, beforeAll } from "@jest/globals";
import type { BrowserContextOptions, Page } from "playwright-core";
import { type Gateway, openGateway } from "../services/gateway.ts";
import { type RealtimeInProcess, startRealtime } from "../services/realtime-in-process.ts";
import { buildPage, openBoards } from "./browser.ts";

/** The services behind the page, and its addresses. */
type Served<S> = { server: S; urlOf: (instance: number) => string; close: () => Promise<unknown> };
type Seed<S> = (server: S) => Promise<void>;
const nothing = async () => {};

/** Opens a gateway for this suite only. See `useServed`. */
export function useBoards(options: Parameters<typeof openGateway>[0], seed: Seed<Gateway> = nothing) {
  const served = useServed(async () => {
    const server = await openGateway(options);
    return { server, urlOf: (instance) => server.realtime[instance]!.url, close: server.close };
  }, seed);
  return {
    get gateway(): Gateway {
      return served.server;
    },
    open: served.open,
  };
}

/**
 * Opens realtime in the process of the test, over the store in memory, for suites that test only the page. It starts at
 * once, while a gateway takes some seconds. See `useServed`.
 */
export function useMemoryBoards(
  options: Parameters<typeof startRealtime>[0],
  seed: Seed<RealtimeInProcess> = nothing,
) {
  const served = useServed(async () => {
    const server = await startRealtime(options);
    return { server, urlOf: () => server.url, close: server.stop };
  }, seed);
  return {
    get realtime(): RealtimeInProcess {
      return served.server;
    },
    open: served.open,
  };
}

/**
 * Opens a server and a browser before the first test of a suite, and closes them after the last one. `seed` runs before
 * the first test. The windows of a test are closed after it.
 */
function useServed<S>(start: () => Promise<Served<S>>, seed: Seed<S>) {
  let served: Served<S> | undefined;
  let boards: Awaited<ReturnType<typeof openBoards>> | undefined;
  const opened: Page[] = [];
  beforeAll(async () => {
    await buildPage();
    [served, boards] = await Promise.all([start(), openBoards()]);
    await seed(served.server);
  }, 180_000);
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => boards!.close(page)));
  });
  afterAll(async () => {
    await Promise.all([boards?.end(), served?.close()]);
  });
  return {
    get server(): S {
      return served!.server;
    },
    /** Opens a new window at an instance of realtime; see openBoards. `path` may be a whole address. */
    async open(path = "/", instance = 0, context: BrowserContextOptions = {}, before = "") {
      const url = new URL(path, served!.urlOf(instance)).href;
      const board = await boards!.open(url, context, before);
      opened.push(board.page);
      return board;
    },
  };
}
