import { setTimeout as sleep } from "node:timers/promises";
import type { Answers, Refused, ServiceStatus } from "@teravoz/domain";
import type { Config, Health, Log, statusSettings } from "@teravoz/runtime";
import type { KafkaClient } from "../client/client.ts";
import type { Codec } from "../schemas/codec.ts";
import type { TopicNames } from "../topics/topics.ts";
import { createStatusSender, type StatusSender } from "./status-sender.ts";

export type StatusOptions = {
  client: KafkaClient;
  codec: Pick<Codec, "encodeStatus">;
  topics: Pick<TopicNames, "serviceStatus">;
  health: Pick<Health, "report">;
  log: Log;
  config: Pick<Config<typeof statusSettings>, "STATUS_INTERVAL_MS">;
  /** The names of the service, of this instance and of the release. */
  self: Pick<ServiceStatus, "service" | "instance" | "version">;
  /** Returns the id of the installation, "" while it is unknown (default "": a service without a database). */
  installation?: () => string;
  /**
   * The counter of the webhook's answers. After `reported(at)` it need not keep the counts of the minutes before that
   * of `at`.
   */
  answers?: { unreported(): Answers[]; reported(at: Date): void };
};

/** Returns the current figures, which are sent in addition to readiness. */
export type Figures = () => Promise<Record<string, number>> | Record<string, number>;

export type StatusReporter = {
  /** Reports at once and then at the configured interval. `refused` returns the refusals of the last hour by name. */
  start(figures: Figures, refused?: () => Refused[]): void;
  /** Reports that the instance has stopped, if that succeeds within LAST_WORD_MS, and disconnects. */
  stop(): Promise<void>;
};

/** The interval while no status is acknowledged, and at the start, so that other instances see this one soon. */
const RETRY_MS = 2_000;
/** The time limit of the status that is sent at the stop. */
const LAST_WORD_MS = 1_000;

/**
 * Reports the state of this instance regularly and once more at the stop. It works in the background, one status at a
 * time. A status that cannot be sent is dropped, and nothing else waits for it or fails with it.
 */
export function createStatusReporter(options: StatusOptions): StatusReporter {
  const sender = createStatusSender({ ...options, topic: options.topics.serviceStatus });
  const started_at = new Date();
  let figures: Figures = () => ({});
  let listRefused = (): Refused[] => [];
  // the status of the stop must be the last one, so it waits for a status in progress
  let sending: Promise<unknown> = Promise.resolve();
  const send = (stopped: boolean): Promise<boolean> => {
    const sent = sending.then(() =>
      sendOnce(options, sender, { started_at, stopped, figures, refused: listRefused }),
    );
    sending = sent;
    return sent;
  };
  const stopping = new AbortController();
  return {
    start: (given, refused = () => []) => {
      figures = given;
      listRefused = refused;
      void sendAgain(send, options.config.STATUS_INTERVAL_MS, stopping.signal);
    },
    stop: async () => {
      stopping.abort();
      await Promise.race([send(true), sleep(LAST_WORD_MS, undefined, { ref: false })]);
      await sender.close();
    },
  };
}

type StatusDetails = { started_at: Date; stopped: boolean; figures: Figures; refused: () => Refused[] };

async function sendAgain(
  send: (stopped: boolean) => Promise<boolean>,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const waitMs = (await send(false)) ? everyMs : Math.min(RETRY_MS, everyMs);
    await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Sends one status. Resolves to true if it was acknowledged. Never rejects. */
async function sendOnce(options: StatusOptions, sender: StatusSender, how: StatusDetails): Promise<boolean> {
  const { codec, answers, log } = options;
  try {
    const status = await describe(options, how);
    const { service, instance, at } = status;
    const value = await codec.encodeStatus(status);
    if (!(await sender.send({ key: `${service}/${instance}`, value }))) return false;
    answers?.reported(at);
    return true;
  } catch (err) {
    // the schema ids are not known yet
    log.debug({ err }, "a status was not sent");
    return false;
  }
}

async function describe(
  { self, health, answers, installation = () => "" }: StatusOptions,
  { started_at, stopped, figures, refused }: StatusDetails,
): Promise<ServiceStatus> {
  const report = await health.report();
  const failing = Object.entries(report.checks)
    .filter(([, { ok }]) => !ok)
    .map(([name, { reason = "", tolerated = false }]) => ({ name, reason, tolerated }));
  const numbers = Object.entries(await figures());
  return {
    ...self,
    installation: installation(),
    at: new Date(),
    started_at,
    state: stopped ? "stopped" : report.status === "ok" ? "ready" : "unready",
    failing: stopped ? [] : failing,
    figures: Object.fromEntries(numbers.map(([name, value]) => [name, Math.round(value)])),
    answers: answers?.unreported() ?? [],
    refused: refused(),
  };
}
