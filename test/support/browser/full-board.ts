import type { RealtimeInProcess } from "../services/realtime-in-process.ts";

/** Queue names such as call centres use. */
const QUEUE_NAMES = [
  "Vendas",
  "Suporte técnico",
  "Financeiro",
  "Cancelamento e retenção",
  "Ouvidoria",
  "Agendamento",
  "Cobrança",
  "Central de relacionamento com o cliente",
  "Parcerias",
  "Recepção",
];
export const FULL_QUEUES = QUEUE_NAMES.map((name, n) => ({ queue: String(900 + n), name }));

/** The environment that gives the queues their names. */
export const FULL_ENV = {
  QUEUES: JSON.stringify(Object.fromEntries(FULL_QUEUES.map(({ queue, name }) => [queue, { name }]))),
};

/** Two agents whose names differ only at the end. */
export const ALIKE = [
  "atendimento.comercial.maria.fernanda@example.com",
  "atendimento.comercial.maria.eduarda@example.com",
];

const NAMES = ["ana", "beto", "caio.souza", "duda", "hugo.almeida", "joana.ferreira.lima"];
/** Forty agents with logins of several lengths. */
export const FULL_AGENTS = [
  ...ALIKE,
  ...Array.from({ length: 38 }, (_, n) => `${NAMES[n % NAMES.length]}${n}@example.com`),
];

type Step = { type: string; ago: number } & Record<string, unknown>;

/**
 * Fills the board as at a call centre's busiest hour: 10 queues, 40 agents, 12 waiting callers and 8 calls in
 * progress.
 */
export async function fillBoard(realtime: RealtimeInProcess, now = Date.now()): Promise<void> {
  const steps = [...presences(), ...finished(), ...waiting(), ...talking()];
  for (const { ago, ...fields } of steps.sort((one, other) => other.ago - one.ago)) {
    const at = new Date(now - ago * 1_000);
    const body = JSON.stringify({ ...fields, timestamp: at.toISOString() });
    realtime.notify(await realtime.storeAt(at, body));
  }
}

const queueOf = (n: number): string => FULL_QUEUES[n % FULL_QUEUES.length]!.queue;

/** Every eighth agent is paused. */
function presences(): Step[] {
  return FULL_AGENTS.flatMap((actor, n) => {
    const queue = queueOf(n);
    const loggedIn: Step = { type: "actor.logged-in", ago: 5_400 + 13 * n, actor, queue };
    const reason = n % 16 === 3 ? "almoço" : "pausa para café";
    return n % 8 === 3
      ? [loggedIn, { type: "actor.paused", ago: 47 * (n + 1), actor, queue, reason }]
      : [loggedIn];
  });
}

function finished(): Step[] {
  return Array.from({ length: 30 }, (_, n) => {
    const began = 4_000 - 100 * n;
    const wait = 4 + ((n * 37) % 29);
    const fields = fieldsOf(`finished-${n}`, n);
    const actor = FULL_AGENTS[n % FULL_AGENTS.length];
    const answer: Step[] =
      n % 6 === 0
        ? [{ type: "call.queue-abandon", ago: began - wait, ...fields }]
        : [
            { type: "actor.entered", ago: began - wait, actor, ...fields },
            { type: "call.ongoing", ago: began - wait, ...fields },
            { type: "actor.left", ago: began - wait - 50, actor, ...fields },
          ];
    return [
      { type: "call.waiting", ago: began, ...fields },
      ...answer,
      { type: "call.finished", ago: began - wait - 51, ...fields },
    ];
  }).flat();
}

const waiting = (): Step[] =>
  [94, 71, 52, 38, 33, 26, 22, 18, 15, 12, 9, 6].map((ago, n) => ({
    type: "call.waiting",
    ago,
    ...fieldsOf(`waiting-${n}`, 3 * n),
  }));

const talking = (): Step[] =>
  Array.from({ length: 8 }, (_, n): Step[] => {
    const fields = fieldsOf(`talking-${n}`, n);
    const actor = FULL_AGENTS[n];
    return [
      { type: "call.waiting", ago: 310 - 20 * n, ...fields },
      { type: "actor.entered", ago: 300 - 20 * n, actor, ...fields },
      { type: "call.ongoing", ago: 299 - 20 * n, ...fields },
    ];
  }).flat();

const fieldsOf = (call_id: string, n: number) => ({
  call_id,
  queue: queueOf(n),
  direction: "inbound",
  their_number: `5511${910_000_000 + ((12_345_677 * (n + 1)) % 89_000_000)}`,
  our_number: "551130001000",
});
