import { setTimeout as sleep } from "node:timers/promises";
import type { Preview, Wire } from "@teravoz/protocol";
import { type AdminAnswer, ask, CannotGoOn, type Door, faultsInWords } from "../admin-client.ts";
import type { Erase, EraseOptions, Kind } from "./options.ts";
import { formatPreview, formatReceipt, type SentReceipt } from "./print.ts";
import { createProgress } from "./progress.ts";

/** The outputs: results go to `out`, and everything else to `say`. */
export type Terminal = { out(text: string): void; say(line: string): void };

const PATHS = { call: "calls", number: "numbers", agent: "agents" } as const;
const [DONE, COULD_NOT, UNCONFIRMED] = [0, 1, 2];

/**
 * The time limit of an erasure. It reads every event, which takes minutes for tens of millions. Node ends a request
 * after 300 s.
 */
const ERASE_TIMEOUT_MS = 290_000;
/** The time between two reads of the state of a preview or an erasure. */
const LOOK_EVERY_MS = 500;

export function createErase(terminal: Terminal): Erase {
  return async (kind, value, options) => {
    const { url, token } = options;
    const door: Door = { url, token, say: terminal.say };
    const path = `${PATHS[kind]}/${encodeURIComponent(value)}`;
    try {
      if (options.dryRun) return await preview(terminal, door, path, options);
      return await erase(terminal, door, { kind, path }, options);
    } catch (error) {
      if (!(error instanceof CannotGoOn)) throw error;
      terminal.say(`erase: ${error.message}`);
      return COULD_NOT;
    }
  };
}

function refuse({ say }: Terminal, answer: AdminAnswer<unknown> & { ok: false }): number {
  say(`erase: ${faultsInWords(answer.errors)}`);
  if (answer.status !== 409 || answer.calls === undefined) return COULD_NOT;
  say(`erase: nothing was erased: check with --dry-run, then add --confirm ${answer.calls}`);
  return UNCONFIRMED;
}

async function preview(
  terminal: Terminal,
  door: Door,
  path: string,
  { json, possible = false }: EraseOptions,
): Promise<number> {
  const progress = createProgress("events and dead letters read", terminal.say);
  try {
    for (let answer = await ask<Wire<Preview>>(door, "POST", `${path}/erasure/preview`); ; ) {
      if (!answer.ok) return refuse(terminal, answer);
      const { data } = answer;
      if (data.state === "failed") throw new CannotGoOn(data.message);
      if (data.state === "done") {
        progress.stop();
        terminal.out(json ? JSON.stringify(data.result, null, 2) : formatPreview(data.result, possible));
        return DONE;
      }
      if (data.total > 0) progress.show(data.done, data.total);
      await sleep(LOOK_EVERY_MS);
      answer = await ask<Wire<Preview>>(door, "GET", `${path}/erasure/preview`);
    }
  } finally {
    progress.stop();
  }
}

async function erase(
  terminal: Terminal,
  door: Door,
  { kind, path }: { kind: Kind; path: string },
  options: EraseOptions,
): Promise<number> {
  const { confirm, possible, wait, json } = options;
  const query = new URLSearchParams({
    ...(possible && { include: "possible" }),
    ...(confirm !== undefined && { confirm: String(confirm) }),
  });
  const asked = `${path}${query.size > 0 ? `?${query}` : ""}`;
  const answer = await ask<SentReceipt>(door, "DELETE", asked, ERASE_TIMEOUT_MS);
  if (!answer.ok) return refuse(terminal, answer);
  const receipt = wait ? await untilClean(terminal, door, path, answer.data) : answer.data;
  terminal.out(json ? JSON.stringify(receipt, null, 2) : formatReceipt(kind, receipt));
  return DONE;
}

async function untilClean(
  { say }: Terminal,
  door: Door,
  path: string,
  asked: SentReceipt,
): Promise<SentReceipt> {
  const progress = createProgress("calls and agents clean", say);
  try {
    for (let receipt = asked; ; ) {
      if (receipt.clean_at !== null) return receipt;
      const { calls = 1, agents = 0, clean = 0 } = receipt;
      progress.show(clean, calls + agents);
      await sleep(LOOK_EVERY_MS);
      const answer = await ask<SentReceipt>(door, "GET", `${path}/erasure`);
      if (!answer.ok) throw new CannotGoOn(faultsInWords(answer.errors));
      receipt = answer.data;
    }
  } finally {
    progress.stop();
  }
}
