import { afterAll, afterEach, beforeAll } from "@jest/globals";
import type { BrowserContextOptions, Page } from "playwright-core";
import { buildPage, openBoards } from "./browser.ts";
import { type Gateway, openGateway } from "./gateway.ts";

type Options = Parameters<typeof openGateway>[0];

/**
 * A gateway and a browser of a suite's own, from before its first test until after its last; `seed` is what happens before that. What a
 * test opens is closed after it.
 */
export function useBoards(options: Options, seed: (gateway: Gateway) => Promise<void> = async () => {}) {
  let running: { gateway: Gateway; boards: Awaited<ReturnType<typeof openBoards>> } | undefined;
  const opened: Page[] = [];
  beforeAll(async () => {
    await buildPage();
    running = { gateway: await openGateway(options), boards: await openBoards() };
    await seed(running.gateway);
  }, 180_000);
  afterEach(async () => {
    for (const page of opened.splice(0)) await page.context().close();
  });
  afterAll(async () => {
    await running?.boards.close();
    await running?.gateway.close();
  });
  return {
    get gateway(): Gateway {
      return running!.gateway;
    },
    /** A window of its own at an instance of realtime; see openBoards. `path` may be a whole address. */
    async open(path = "/", instance = 0, context: BrowserContextOptions = {}, before = "") {
      const url = new URL(path, running!.gateway.realtime[instance]!.url).href;
      const board = await running!.boards.open(url, context, before);
      opened.push(board.page);
      return board;
    },
  };
}
