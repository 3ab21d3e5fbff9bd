import type {
  AbandonedReport,
  AgentReport,
  AgentsDelta,
  DeadLetterText,
  DeliveryReport,
  QueueDayReport,
  QueueReport,
  QueuesDelta,
  Stats,
  SystemReport,
  Wire,
} from "../../src/types/index.ts";

const NOW = "2026-11-25T10:45:00.000Z";
const reported = { from: "2026-11-25T03:00:00.000Z", now: NOW, zone: "America/Sao_Paulo" };

const noTraffic = { placed: 0, connected: 0, dropped: 0, mean_talk_ms: null };

const visitNumbers = {
  offered: 42,
  answered: 38,
  abandoned: 3,
  short: 1,
  overflowed: 0,
  service_level: 0.9,
  mean_wait_ms: 11_250,
  p90_wait_ms: 24_000,
  mean_talk_ms: 185_400,
  outbound: { placed: 5, connected: 4, dropped: 1, mean_talk_ms: 92_000 },
  internal: noTraffic,
};

const numbers = { waiting: 1, waiting_since: "2026-11-25T10:44:31.000Z", ...visitNumbers, free: 2 };

export const queueReport: Wire<QueueReport> = {
  ...reported,
  states: { NEW: 0, STANDBY: 0, WAITING: 1, ONGOING: 2, FINISHED: 39 },
  total: numbers,
  queues: [{ queue: "900", name: "Vendas", serviceLevelMs: 20_000, shortAbandonMs: 5_000, ...numbers }],
};

export const agentReport: Wire<AgentReport> = {
  ...reported,
  agents: [
    {
      agent: "ana@example.com",
      state: "TALKING",
      since: "2026-11-25T10:42:31.000Z",
      next_state: null,
      reason: null,
      queues: [{ queue: "900", paused: false }],
      call_id: "1463669263.30033",
      taken: 7,
      missed: 1,
      mean_talk_ms: 201_300,
    },
  ],
};

export const queuesDelta: Wire<QueuesDelta> = { ...queueReport, gone: ["901"] };
export const agentsDelta: Wire<AgentsDelta> = { ...agentReport, gone: [] };

export const queueDayReport: Wire<QueueDayReport> = {
  ...reported,
  queue: "900",
  slice_ms: 900_000,
  slices: [{ from: "2026-11-25T10:30:00.000Z", ...visitNumbers }],
};

const caller = { their_number: "5511999998888", their_number_display: "+55 11 99999-8888" };

export const abandonedReport: Wire<AbandonedReport> = {
  ...reported,
  days: 1,
  abandoned: [
    {
      aggregate_id: "1463669001.29987",
      ...caller,
      person: "+5511999998888",
      queue: "900",
      entered_at: "2026-11-25T10:31:00.000Z",
      ended_at: "2026-11-25T10:32:12.000Z",
      waited_ms: 72_000,
      short: false,
      returned_at: "2026-11-25T10:42:31.000Z",
    },
  ],
  more: false,
  people: [
    {
      person: "+5511999998888",
      ...caller,
      aggregate_id: "1463669001.29987",
      times: 1,
      first_at: "2026-11-25T10:32:12.000Z",
      last_at: "2026-11-25T10:32:12.000Z",
      longest_wait_ms: 72_000,
      short: false,
      talked_at: "2026-11-25T10:42:31.000Z",
    },
  ],
};

export const waiting = {
  aggregate_id: "1463669390.30102",
  their_number: "5521988887777",
  their_number_display: "+55 21 98888-7777",
  queue: "900",
  entered_at: "2026-11-25T10:44:31.000Z",
};

export const stats: Wire<Stats> = {
  minutes: 30,
  events: { "call.new": 12, "call.waiting": 12, "call.finished": 11 },
  calls: { WAITING: 1, ONGOING: 2, FINISHED: 11 },
};

const letter = {
  reason: "unprocessable",
  status: "waiting" as const,
  status_at: "2026-11-25T10:40:00.130Z",
  last_seen: "2026-11-25T10:40:00.130Z",
  service: "ingest",
};

const DEAD_LETTER_ID = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const DEAD_LETTER_BODY = '{"type":"call.unheard-of","call_id":"1463669263.30033"}';

export const deadLetter = {
  id: DEAD_LETTER_ID,
  key: "1463669263.30033",
  type: "call.unheard-of",
  first_seen: "2026-11-25T10:40:00.130Z",
  source: null,
  copies: 1,
  ...letter,
};

export const deadLetterText: Wire<DeadLetterText> = {
  ...deadLetter,
  encoding: "utf8",
  body: DEAD_LETTER_BODY,
};

export const deliveryReport: Wire<DeliveryReport> = {
  now: NOW,
  redrive: true,
  deliveries: [
    {
      id: DEAD_LETTER_ID,
      kind: "letter",
      key: "1463669263.30033",
      type: "call.unheard-of",
      received_at: "2026-11-25T10:40:00.130Z",
      occurred_at: null,
      answer: 422,
      statuses: ["unknown-type"],
      redeliveries: 0,
      overtaken_by: null,
      letter,
    },
  ],
};

export const systemReport: Wire<SystemReport> = {
  now: NOW,
  hears: true,
  installation: "c0ffee00-0000-4000-8000-000000000001",
  instances: [
    {
      service: "ingest",
      instance: "ingest-1",
      started_at: "2026-11-25T03:00:12.000Z",
      version: "0.1.0",
      installation: "",
      failing: [],
      figures: { spool_bytes: 0 },
      standing: "ready",
      since: "2026-11-25T03:00:14.000Z",
      heard_at: "2026-11-25T10:44:58.000Z",
      foreign: false,
    },
  ],
  missing: ["projector"],
  lag: {
    records: 12,
    waited_ms: 800,
    partitions: [{ topic: "teravoz.call-events", partition: 3, records: 12, waited_ms: 800 }],
  },
  lag_unknown: null,
  rates: [{ minute: "2026-11-25T10:44:00.000Z", events: 57 }],
  refusals: [{ minute: "2026-11-25T10:40:00.000Z", status: 422, count: 1 }],
  accepted: 3_120,
  wrong_paths: [{ name: "/hook", count: 2, last: "2026-11-25T10:12:09.000Z" }],
  refused_origins: [],
};
