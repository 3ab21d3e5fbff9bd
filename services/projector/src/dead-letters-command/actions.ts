import { type AdminResult, CannotGoOn, faultsInWords } from "../admin-client.ts";
import { type AdminClient, createAdminClient } from "./client.ts";
import { type Actions, filtersOf, type Options } from "./options.ts";
import {
  type ActionResult,
  formatDeadLetter,
  formatList,
  type Progress,
  printResults,
  showProgress,
} from "./print.ts";

/** The outputs: results go to `out`, and everything else to `say`. */
type Terminal = { out(text: string): void; say(line: string): void };

/** The number of concurrent requests. A redrive spends most of its time waiting for the brokers. */
const AT_ONCE = 8;

export function createActions(terminal: Terminal): Actions {
  const within = async (options: Options, work: (client: AdminClient) => Promise<number>) => {
    try {
      return await work(createAdminClient({ ...options, say: terminal.say }));
    } catch (error) {
      if (!(error instanceof CannotGoOn)) throw error;
      terminal.say(`dead-letters: ${error.message}`);
      return 1;
    }
  };
  return {
    list: (options) => within(options, (client) => list(terminal, client, options)),
    show: (ids, options) => within(options, (client) => show(terminal, client, ids, options)),
    redrive: (ids, options) =>
      within(options, (client) => doAll(terminal, client, ids, { ...options, deed: "redrive" })),
    drop: (ids, options) =>
      within(options, (client) => doAll(terminal, client, ids, { ...options, deed: "drop" })),
  };
}

async function list({ out }: Terminal, client: AdminClient, options: Options): Promise<number> {
  const deadLetters = await client.list(filtersOf(options), options.limit);
  out(options.json ? JSON.stringify(deadLetters, null, 2) : formatList(deadLetters));
  return 0;
}

async function show(
  { out, say }: Terminal,
  client: AdminClient,
  ids: string[],
  { json }: Options,
): Promise<number> {
  let failed = 0;
  for (const id of ids) {
    const shown = await client.show(id);
    if (shown.ok) out(json ? JSON.stringify(shown.data, null, 2) : formatDeadLetter(shown.data));
    else say(`${id}: ${faultsInWords(shown.errors)}`);
    failed += shown.ok ? 0 : 1;
  }
  return failed === 0 ? 0 : 1;
}

type Deed = Options & { deed: "redrive" | "drop" };

async function doAll(terminal: Terminal, client: AdminClient, ids: string[], options: Deed): Promise<number> {
  const chosen = ids.length > 0 ? ids : await select(client, options);
  const { deed, dryRun, yes } = options;
  if (deed === "drop" && chosen.length > 1 && !dryRun && !yes) {
    terminal.say(
      `this drops ${chosen.length} dead letters, which cannot be undone: add --yes to confirm, or --dry-run to see them`,
    );
    return 1;
  }
  const reports: ActionResult[] = [];
  const progress = showProgress(chosen.length, () => reports.length, terminal.say);
  try {
    await doEach(client, chosen, options, reports, progress);
  } finally {
    progress.stop();
    printResults(terminal, reports, options);
  }
  return reports.every(({ ok }) => ok) ? 0 : 1;
}

async function select(client: AdminClient, options: Options): Promise<string[]> {
  const deadLetters = await client.list(
    { status: "waiting", ...filtersOf(options) },
    Number.MAX_SAFE_INTEGER,
  );
  return deadLetters.map(({ id }) => id);
}

/** Sends the requests, a few at a time. The first CannotGoOn stops all of them; the results so far are printed. */
async function doEach(
  client: AdminClient,
  chosen: readonly string[],
  options: Deed,
  reports: ActionResult[],
  progress: Progress,
): Promise<void> {
  const queue = [...chosen];
  const worker = async () => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      try {
        reports.push(reportOf(id, await doOne(client, id, options)));
      } catch (error) {
        queue.length = 0;
        throw error;
      }
      progress.moved();
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, queue.length) }, worker));
}

function doOne(
  client: AdminClient,
  id: string,
  { deed, dryRun = false }: Deed,
): Promise<AdminResult<unknown>> {
  if (deed === "redrive") return client.redrive(id, dryRun);
  return dryRun ? client.show(id) : client.drop(id);
}

const reportOf = (id: string, outcome: AdminResult<unknown>): ActionResult =>
  outcome.ok ? { id, ok: true } : { id, ok: false, errors: outcome.errors };
