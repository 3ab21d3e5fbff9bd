import {
  byOrder,
  type Call,
  type CallQueries,
  createReadTelephone,
  isFound,
  isInWindow,
  type Presence,
  type SearchAccount,
} from "@teravoz/domain";

export { sampleVisit } from "../../../packages/domain/testing/counted.ts";

/** A call with unknown fields, except the given ones. */
export const sampleCall = (given: Partial<Call> = {}): Call => ({
  id: 1,
  aggregate_id: "one",
  state: "NEW",
  created_at: new Date(0),
  updated_at: new Date(0),
  code: null,
  direction: null,
  our_number: null,
  their_number: null,
  our_number_canonical: null,
  our_number_display: null,
  their_number_canonical: null,
  their_number_display: null,
  their_number_type: null,
  queue: null,
  actor: null,
  waiting_since: null,
  answered_at: null,
  finished_at: null,
  abandoned: false,
  recording_url: null,
  legs: [],
  talks: [],
  rings: [],
  queues: [],
  agents: [],
  began_at: new Date(0),
  connected_at: null,
  abandoned_at: null,
  counted_as: "inbound",
  events: 1,
  fold: 1,
  version: 1,
  ...given,
});

/** An agent with unknown fields, except the given ones. */
export const samplePresence = (agent: string, given: Partial<Presence> = {}): Presence => ({
  agent,
  is_extension: false,
  queues: [],
  extensions: [],
  returns: [],
  said_at: new Date(0),
  updated_at: new Date(0),
  version: 1,
  ...given,
});

/** Queries over a list of calls that the test may change. */
export const queriesOver = (calls: Call[]): CallQueries => ({
  listCalls: async (filter, { limit, window = {}, order = "id" }) => {
    const items = calls
      .filter((call) => isInWindow(call, window, order) && isFound(call, filter))
      .sort(byOrder(order));
    return { items: items.slice(0, limit), next: null };
  },
  listCallEvents: async () => ({ items: [], next: null }),
  findCalls: async (ids) => calls.filter(({ aggregate_id }) => ids.includes(aggregate_id)),
  listVersions: async () =>
    calls.map(({ aggregate_id, version }) => ({ kind: "call" as const, key: aggregate_id, version })),
  erasureMark: async () => 0,
  listMovingCalls: async () => [],
  listPresences: async () => [],
  listPastPresences: async () => [],
  listPresenceEvents: async () => [],
  countEvents: async () => ({}),
  listDeliveries: async () => ({ items: [], next: null }),
  findEvent: async () => null,
  listRecentCalls: async (since) => calls.filter(({ updated_at }) => updated_at >= since),
  listReturnableCalls: async (since) => calls.filter(({ updated_at }) => updated_at >= since),
});

const unexpected = new Error("unexpected query of numbers");

/** An account in Brazil with one queue that has a name. */
export const account: SearchAccount = {
  queues: new Map([["900", { name: "Vendas" }]]),
  readTelephone: createReadTelephone("BR"),
};

/** Dependencies for tests that query no numbers of queues. */
export const noNumbers = {
  account,
  countStats: () => Promise.reject(unexpected),
  reports: { register: () => ({ live: () => {}, leave: () => {} }) },
  day: { changed: () => {}, agentsChanged: () => {}, forget: () => {} },
  past: { changed: () => {}, agentsChanged: () => {}, forget: () => {} },
  board: {
    queues: () => Promise.reject(unexpected),
    agents: () => Promise.reject(unexpected),
    queueDay: () => Promise.reject(unexpected),
    abandoned: () => Promise.reject(unexpected),
    rewound: () => Promise.reject(unexpected),
  },
  system: { report: () => Promise.reject(unexpected) },
  deliveries: { list: () => Promise.reject(unexpected), body: () => Promise.reject(unexpected) },
};
