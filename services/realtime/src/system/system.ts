import {
  type Answers,
  type Marks,
  measureLag,
  missingServices,
  type PartitionLag,
  type PartitionProgress,
  type SystemQueries,
} from "@teravoz/domain";
import type { Instance, Lag, SystemReport } from "@teravoz/protocol";
import type { Log } from "@teravoz/runtime";
import type { Clock } from "../commands/throttle.ts";
import { createAnswerCounts } from "./answer-counts.ts";
import { createReading, within } from "./reading.ts";
import { sumRefused } from "./refused-names.ts";
import { createStatuses, type HeardStatus } from "./statuses.ts";

export type System = {
  heard(records: readonly HeardStatus[]): void;
  /**
   * Reports on the system; rates and refusals are of the last `minutes`. Never rejects: a part whose source is
   * unavailable is left out.
   */
  report(minutes: number): Promise<SystemReport>;
};

/** The first and the next offset of a partition, as packages/kafka reads them. */
type Ends = Omit<PartitionProgress, "next">;

export type SystemDeps = {
  queries: SystemQueries;
  readEnds(): Promise<Ends[]>;
  /** Returns whether the statuses of other instances arrive, judged by the known instances. */
  hears(instances: readonly Instance[]): boolean;
  /** Returns the id of our own installation, "" until it is known. */
  installation(): string;
  /** The time between two statuses of an instance, in ms. */
  statusEveryMs: number;
  log: Log;
  clock: Clock;
  /** Milliseconds since the epoch. */
  now: () => number;
};

const FRESH_MS = 2_000;
/** The longest wait for a part of a report, because the next answers of the socket wait for it. */
const LIMIT_MS = 1_500;
const MINUTE_MS = 60_000;

export function createSystem(deps: SystemDeps): System {
  const { queries, clock, now } = deps;
  const statuses = createStatuses({ now, everyMs: deps.statusEveryMs });
  const answers = createAnswerCounts(now);
  const lag = createLagReader(deps);
  return {
    heard(records) {
      statuses.heard(records);
      for (const { status } of records) answers.take(status);
    },
    async report(minutes) {
      // the last of these minutes has just begun
      const since = new Date(now() - minutes * MINUTE_MS + 1);
      const rates = within(queries.countMinutes(since), LIMIT_MS, clock).catch(() => null);
      const [read, counted] = await Promise.all([lag.read(), rates]);
      const installation = deps.installation();
      const instances = statuses.list().map((each) => ({ ...each, foreign: isForeign(each, installation) }));
      const hears = deps.hears(instances);
      return {
        now: new Date(now()),
        hears,
        installation,
        instances,
        missing: hears ? missingServices(instances.filter(({ foreign }) => !foreign)) : [],
        ...read,
        rates: counted,
        ...splitAnswers(answers.list(since)),
        wrong_paths: sumRefused(statuses.refused(), "path"),
        refused_origins: sumRefused(statuses.refused(), "origin"),
      };
    },
  };
}

/**
 * Returns whether an instance belongs to another installation. One without an installation counts as ours: it has no
 * database, or is of the previous release.
 */
const isForeign = ({ installation }: Instance, own: string): boolean =>
  own !== "" && installation !== "" && installation !== own;

type LagReport = Pick<SystemReport, "lag" | "lag_unknown">;

function createLagReader({ queries, readEnds, log, clock, now }: SystemDeps): { read(): Promise<LagReport> } {
  let marks: Marks = new Map();
  let waitsFor = "";
  const measure = async (): Promise<Lag> => {
    // the ends are read first, so that events stored meanwhile make the lag smaller and never larger
    waitsFor = "Kafka";
    const ends = await readEnds();
    waitsFor = "MongoDB";
    const positions = await queries.listPositions(ends);
    const standings = ends.map((end, n) => ({ ...end, next: positions[n] ?? null }));
    const measured = measureLag(standings, marks, now());
    marks = measured.marks;
    return sumUp(measured.lags);
  };
  const shared = createReading({ read: measure, freshMs: FRESH_MS, limitMs: LIMIT_MS, clock });
  const read = async (): Promise<LagReport> => {
    try {
      return { lag: await shared(), lag_unknown: null };
    } catch (err) {
      log.debug({ err }, "the lag cannot be read");
      return { lag: null, lag_unknown: `${waitsFor} does not answer` };
    }
  };
  return { read };
}

const sumUp = (partitions: PartitionLag[]): Lag => ({
  records: partitions.reduce((sum, { records }) => sum + records, 0),
  waited_ms: Math.max(0, ...partitions.map(({ waited_ms }) => waited_ms)),
  partitions,
});

function splitAnswers(answers: Answers[]): Pick<SystemReport, "refusals" | "accepted"> {
  const refusals = answers.filter(({ status }) => status >= 400);
  const accepted = answers.filter(({ status }) => status < 400).reduce((sum, { count }) => sum + count, 0);
  return { refusals, accepted };
}
