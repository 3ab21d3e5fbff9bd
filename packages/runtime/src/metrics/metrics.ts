import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { createAgeGauge } from "./age-gauge.ts";
import { createAnswerCounter } from "./answer-counter.ts";

/** The buckets of durations in seconds, from a millisecond to the longest deadline. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Creates every metric of every service. docs/operations.md lists them. A service that never sets a metric reports it
 * as zero or not at all.
 */
export function createMetrics() {
  const registry = new Registry();
  const of = { registers: [registry] };
  collectDefaultMetrics({ register: registry, prefix: "teravoz_" });
  return {
    registry,
    events: new Counter({
      ...of,
      name: "teravoz_events_total",
      help: "Events by type and outcome",
      labelNames: ["type", "outcome"],
    }),
    answers: createAnswerCounter({
      ...of,
      name: "teravoz_webhook_answers_total",
      help: "Answers of the webhook by HTTP status",
    }),
    publishSeconds: new Histogram({
      ...of,
      name: "teravoz_publish_duration_seconds",
      help: "Time from handing a record to the publisher to the broker's acknowledgement",
      buckets: DURATIONS,
    }),
    batchRecords: new Histogram({
      ...of,
      name: "teravoz_batch_records",
      help: "Records in one batch, sent or consumed",
      labelNames: ["direction"],
      buckets: SIZES,
    }),
    queueRecords: new Gauge({
      ...of,
      name: "teravoz_publish_queue_records",
      help: "Records waiting to be sent",
    }),
    spoolRecords: new Gauge({
      ...of,
      name: "teravoz_spool_records",
      help: "Records on ingest's disk that wait for the brokers",
    }),
    spoolBytes: new Gauge({
      ...of,
      name: "teravoz_spool_bytes",
      help: "Bytes of ingest's spool, of at most SPOOL_MAX_BYTES",
    }),
    spoolOldestSeconds: new Gauge({
      ...of,
      name: "teravoz_spool_oldest_seconds",
      help: "Age of the oldest record in ingest's spool, 0 if there is none",
    }),
    spoolRefused: new Gauge({
      ...of,
      name: "teravoz_spool_refused_records",
      help: "Records of the spool that Kafka permanently refuses and that are set aside",
    }),
    spoolDamagedBytes: new Gauge({
      ...of,
      name: "teravoz_spool_damaged_bytes",
      help: "Bytes of segments of the spool that could not be read completely and are set aside",
    }),
    spoolDamaged: new Counter({
      ...of,
      name: "teravoz_spool_damaged_segments_total",
      help: "Segments of the spool that could not be read completely and are set aside",
    }),
    projectSeconds: new Histogram({
      ...of,
      name: "teravoz_project_duration_seconds",
      help: "Time from reading a batch to its commit in the database",
      buckets: DURATIONS,
    }),
    lagRecords: new Gauge({
      ...of,
      name: "teravoz_consumer_lag_records",
      help: "Records of a partition not yet handled",
      labelNames: ["topic", "partition"],
    }),
    lagSeconds: createAgeGauge({
      ...of,
      name: "teravoz_consumer_lag_seconds",
      help: "Age of the next record to be handled, 0 if all are handled",
      labelNames: ["topic", "partition"],
    }),
    gaps: new Counter({
      ...of,
      name: "teravoz_consumer_gap_records_total",
      help: "Offsets that were no longer in the log when they were to be read",
      labelNames: ["topic"],
    }),
    rereads: new Counter({
      ...of,
      name: "teravoz_consumer_rereads_total",
      help: "Partitions that were read again from their beginning because the log had lost records or was recreated",
      labelNames: ["topic"],
    }),
    parked: new Counter({
      ...of,
      name: "teravoz_parked_records_total",
      help: "Records of the topics that consumers sent to dead-letters",
      labelNames: ["reason"],
    }),
    refoldPending: new Gauge({
      ...of,
      name: "teravoz_refold_pending",
      help: "1 while calls of an older fold are folded again, otherwise 0",
    }),
    refolded: new Counter({
      ...of,
      name: "teravoz_refolded_calls_total",
      help: "Calls of an older fold that were folded again",
    }),
    waitingDeadLetters: new Gauge({
      ...of,
      name: "teravoz_dead_letters_waiting_records",
      help: "Dead letters that were not yet redriven or dropped, the same on every projector",
    }),
    unstoredDeadLetters: new Counter({
      ...of,
      name: "teravoz_dead_letters_unfiled_total",
      help: "Records of the dead letters' topic that could not be stored and remain in the topic",
    }),
    discardedDeadLetters: new Counter({
      ...of,
      name: "teravoz_dead_letters_discarded_total",
      help: "Dead letters that were deleted because of their age or size before they were redriven or dropped",
      labelNames: ["reason"],
    }),
    refusedOrigins: new Counter({
      ...of,
      name: "teravoz_refused_origins_total",
      help: "Requests of pages whose origin may not connect",
    }),
    sockets: new Gauge({
      ...of,
      name: "teravoz_sockets",
      help: "Connected clients",
      labelNames: ["transport"],
    }),
    commands: new Counter({
      ...of,
      name: "teravoz_commands_total",
      help: "Socket commands by event and status",
      labelNames: ["event", "status"],
    }),
    fanout: new Counter({
      ...of,
      name: "teravoz_fanout_messages_total",
      help: "Messages pushed to sockets",
      labelNames: ["event"],
    }),
    missedNotices: new Counter({
      ...of,
      name: "teravoz_missed_notices_total",
      help: "Changes that realtime found in the store and whose notice did not arrive within 5 minutes, must stay 0",
    }),
    lateNotices: new Counter({
      ...of,
      name: "teravoz_late_notices_total",
      help: "Notices that arrived 5 seconds or more after realtime had found their change in the store",
    }),
    fanoutSeconds: new Histogram({
      ...of,
      name: "teravoz_fanout_delay_seconds",
      help: "Time from the broker's timestamp of a notice to its push to the sockets",
      buckets: DURATIONS,
    }),
  };
}
