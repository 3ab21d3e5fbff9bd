import { createHash } from "node:crypto";

/**
 * The conclusion that a sender may draw from an answer. ok = 200: the body was taken. fail = 4xx: it was refused before
 * anything was sent to Kafka. info = all else (5xx, a reset, no answer): it may be stored or not.
 */
export type OperationOutcome = "ok" | "fail" | "info";

/**
 * One request. `t0`, `t1` in ms since the epoch; `answer` is the status, or the code of the error without an answer.
 */
export type Operation = {
  op: number;
  sha: string;
  call: string;
  t0: number;
  t1: number;
  outcome: OperationOutcome;
  answer: number | string;
};

/** Everything that was sent: the requests in the order in which they ended, and each different body once. */
export type History = { operations: Operation[]; bodies: Map<string, string> };

export const createHistory = (): History => ({ operations: [], bodies: new Map() });

export const shaOf = (body: string): string => createHash("sha256").update(body).digest("hex");

/**
 * Sends one body by `send`, which resolves with a status or rejects with a `code`, and records the outcome. Never
 * rejects.
 */
export async function recordOperation(
  history: History,
  { body, call }: { body: string; call: string },
  send: () => Promise<{ status: number }>,
): Promise<Operation> {
  const sha = shaOf(body);
  history.bodies.set(sha, body);
  const t0 = Date.now();
  const answer = await send().then(({ status }) => status, codeOf);
  const { length: op } = history.operations;
  const operation = { op, sha, call, t0, t1: Date.now(), outcome: outcomeOf(answer), answer };
  history.operations.push(operation);
  return operation;
}

const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? error.name;

function outcomeOf(answer: number | string): OperationOutcome {
  if (answer === 200) return "ok";
  return typeof answer === "number" && answer >= 400 && answer < 500 ? "fail" : "info";
}

const WEIGHT: Record<OperationOutcome, number> = { fail: 0, info: 1, ok: 2 };

/** Returns the outcome of each body over all its requests: a body that was taken once counts as taken. */
export function outcomesOf({ operations }: History): Map<string, OperationOutcome> {
  const outcomes = new Map<string, OperationOutcome>();
  for (const { sha, outcome } of operations)
    if (WEIGHT[outcome] >= WEIGHT[outcomes.get(sha) ?? "fail"]) outcomes.set(sha, outcome);
  return outcomes;
}
