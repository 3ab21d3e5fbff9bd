import { setTimeout as sleep } from "node:timers/promises";
import type { Gateway } from "../../support/services/gateway.ts";
import { startLoad } from "./load.ts";
import { openSwarm } from "./swarm.ts";

export type KillFigures = {
  kills: number;
  /** Events acknowledged a second while instances died, and events that were never acknowledged although sent again. */
  perSecond: number;
  refused: number;
  /** For each kill, the time from the last acknowledgement until every client showed what the store has, in ms. */
  rightMs: number[];
};

/**
 * Time under load before and after the kill, so that a rebalance, a restart and the first reconnects happen under load.
 */
const BEFORE_MS = 1_500;
const AFTER_MS = 3_000;
/** Limit for the wait. The promise is 10 s. */
const GIVE_UP_MS = 60_000;

type Options = {
  clients: number;
  subscribers: number;
  kills: number;
  /** Events a second. */
  rate: number;
};

/** Kills the instances of realtime in turn under load, and starts each again, as its supervisor would. */
export async function killInstances(gateway: Gateway, options: Options): Promise<KillFigures> {
  const urls = gateway.realtime.map(({ url }) => url);
  const counts = { listing: options.clients, subscribing: options.subscribers };
  const swarm = await openSwarm({ urls, ...counts });
  const figures = { perSecond: 0, refused: 0, rightMs: [] as number[] };
  try {
    for (let kill = 0; kill < options.kills; kill++) {
      const victim = gateway.realtime[kill % urls.length]!;
      const load = startLoad(gateway, options.rate);
      await sleep(BEFORE_MS);
      victim.kill("SIGKILL");
      await victim.exited;
      await victim.start();
      await sleep(AFTER_MS);
      const { perSecond, refused } = await load.stop();
      figures.perSecond += perSecond / options.kills;
      figures.refused += refused;
      figures.rightMs.push(await swarm.untilRight(gateway.db, GIVE_UP_MS));
      await victim.ready();
    }
    return { kills: options.kills, ...figures };
  } finally {
    swarm.close();
  }
}
