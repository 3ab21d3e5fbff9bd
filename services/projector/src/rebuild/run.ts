import {
  type Account,
  createFold,
  explainOtherRules,
  FOLD_REVISION,
  type Fold,
  type FoldRules,
  Unavailable,
} from "@teravoz/domain";
import { partitionOf, topicNames } from "@teravoz/kafka";
import {
  accountSettings,
  type Config,
  createLog,
  foldRulesOf,
  InvalidConfig,
  kafkaSettings,
  mongoSettings,
  readConfig,
  registrySettings,
  untilAvailable,
} from "@teravoz/runtime";
import { type MongoConnection, type MongoRebuild, openStore, restampEvents, writePast } from "@teravoz/store";
import { createRebuildCommand, type RebuildOptions } from "./options.ts";
import { CannotRebuild, openNotices } from "./outlet.ts";
import { type Progress, showProgress } from "./progress.ts";
import { compareCalls, type RebuildPorts, type RebuildReport, rebuildCalls, Superseded } from "./rebuild.ts";
import { formatReport } from "./report.ts";

const settings = { ...accountSettings, ...kafkaSettings, ...registrySettings, ...mongoSettings };
type Settings = Config<typeof settings>;

/** The longest time that MongoDB or Kafka may be unavailable during a run. */
const AWAY_LIMIT_MS = 60_000;
/** The exit code after SIGINT, as shells define it: 128 + 2. */
const INTERRUPTED = 130;

const log = createLog("rebuild", "silent");

/** Wrappers that a test may put around a part before it is used. The command itself uses none. */
export type RebuildSeams = {
  store?: (store: MongoRebuild) => MongoRebuild;
  notify?: (notify: RebuildPorts["notify"]) => RebuildPorts["notify"];
};

type Opened = {
  config: Settings;
  connection: MongoConnection;
  account: Account;
  rules: FoldRules;
  store: MongoRebuild;
  fold: Fold;
  progress: Progress;
  seams: RebuildSeams;
};

/** Runs the process of `rebuild:calls` to its end. */
export const runRebuild = (seams: RebuildSeams = {}): Promise<void> =>
  rebuildAsAsked(seams).then(
    (code) => process.exit(code),
    (error) => {
      process.stderr.write(`rebuild:calls: ${explain(error)}\n`);
      process.exit(1);
    },
  );

async function rebuildAsAsked(seams: RebuildSeams): Promise<number> {
  const options = createRebuildCommand(() => new Date())
    .parse()
    .opts<RebuildOptions>();
  const config = readConfig(settings, process.env);
  const rules = foldRulesOf(config);
  const { connection, account, rebuild: mongo } = await openStore({ uri: config.MONGODB_URI, rules, log });
  const { store: around = (store) => store } = seams;
  const store = around(mongo);
  const calls = await connection.db
    .collection("calls")
    .estimatedDocumentCount()
    .catch((cause) => {
      throw new CannotRebuild("MongoDB does not answer: check that it runs, and check MONGODB_URI", {
        cause,
      });
    });
  if (!options.adoptRules) await demandRules(account, rules);
  const fold = createFold(rules);
  const progress = showProgress(calls);
  const opened = { config, connection, account, rules, store, fold, progress, seams };
  try {
    return await (options.until ? writePastCalls(opened, options) : rebuild(opened, options));
  } finally {
    progress.stop();
    await connection.close();
  }
}

/** Rejects if the calls of the database are folded by other rules. */
async function demandRules(account: Account, rules: FoldRules): Promise<void> {
  const reason = explainOtherRules(rules, (await account.find()) ?? rules);
  if (reason !== null) throw new CannotRebuild(reason);
}

/**
 * Begins an adoption. From here to the end of the rebuild every service refuses to start, because its calls would be
 * folded by two sets of rules.
 */
async function beginAdoption(
  { account, rules, connection, fold: { readOccurrence } }: Opened,
  isWanted: () => boolean,
): Promise<void> {
  await account.adopt(rules);
  let after: string | null = null;
  do {
    const asked: Parameters<typeof restampEvents>[1] = { after, readOccurrence };
    after = await retryFor(AWAY_LIMIT_MS, () => restampEvents(connection, asked));
  } while (after !== null && isWanted());
}

/**
 * Returns a function that says whether the run may continue. The first Ctrl-C ends the run after the current page. The
 * second ends the process.
 */
function interruptible(): () => boolean {
  let wanted = true;
  process.once("SIGINT", () => {
    wanted = false;
  });
  return () => wanted;
}

async function writePastCalls(opened: Opened, { until, into }: RebuildOptions): Promise<number> {
  const { connection, fold, progress } = opened;
  const past = await writePast({
    connection,
    name: into!,
    until: until!,
    fold,
    onLooked: progress.add,
    isWanted: interruptible(),
  });
  progress.stop();
  if (past.outcome === "stopped") return sayStopped("nothing was replaced");
  if (past.outcome === "full") {
    const drop = `db.getCollection("${past.names[0]}").drop()`;
    throw new CannotRebuild(
      `${past.names.length} past collections exist (${past.names.join(", ")}), which is the maximum: drop one in mongosh (${drop}) or write into one of them`,
    );
  }
  if (past.outcome === "overtaken")
    throw new CannotRebuild(`another run --into ${into} began meanwhile: this run replaced nothing`);
  say(`${past.calls} calls as they were known at ${until!.toISOString()}: collection past_${into}`);
  return 0;
}

async function rebuild(opened: Opened, { dryRun, adoptRules }: RebuildOptions): Promise<number> {
  const { notify, stop } = dryRun ? createSilence() : await openNotices(opened.config, log);
  if (!dryRun) await opened.store.createCollections();
  const isWanted = interruptible();
  const { notify: around = (each) => each } = opened.seams;
  const ports: RebuildPorts = {
    store: opened.store,
    fold: opened.fold,
    partitionOf,
    notify: around(notify),
    isWanted,
    topics: topicNames(opened.config.TOPIC_PREFIX),
    retry: (work) => retryFor(AWAY_LIMIT_MS, work),
    onLooked: opened.progress.add,
  };
  const began = performance.now();
  try {
    if (adoptRules) await beginAdoption(opened, isWanted);
    const report = await (dryRun ? compareCalls(ports) : rebuildCalls(ports));
    if (adoptRules && report.complete) await ports.retry(() => opened.account.finishAdoption(opened.rules));
    opened.progress.stop();
    return sayReport(report, { dryRun: dryRun === true, seconds: (performance.now() - began) / 1_000 });
  } finally {
    await stop();
  }
}

const createSilence = () => ({ notify: async () => {}, stop: async () => {} });

async function retryFor<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + limitMs;
  return untilAvailable(work, { log, isWanted: () => Date.now() < giveUpAt });
}

function sayReport(report: RebuildReport, about: { dryRun: boolean; seconds: number }): number {
  say(formatReport(report, about));
  return report.complete ? 0 : sayStopped("run it again to continue");
}

function sayStopped(what: string): number {
  process.stderr.write(`stopped before the end: ${what}\n`);
  return INTERRUPTED;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

function explain(error: Error): string | undefined {
  if (error instanceof Unavailable)
    return "MongoDB or Kafka did not answer during the run: run it again to continue";
  if (error instanceof Superseded)
    return `${error.message}, ours has ${FOLD_REVISION}. Run rebuild:calls of the newer release`;
  return error instanceof CannotRebuild || error instanceof InvalidConfig ? error.message : error.stack;
}
