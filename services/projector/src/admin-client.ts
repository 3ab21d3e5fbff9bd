import { setTimeout as sleep } from "node:timers/promises";

export type Faults = { path: string; message: string }[];

/** The result of a request. `calls` is set if the API refused an erasure that must be confirmed. */
export type AdminResult<T> =
  | { ok: true; data: T }
  | { ok: false; status: number; errors: Faults; calls?: number };
export type AdminAnswer<T> = AdminResult<T> & { next?: string | null };

/** The command cannot continue until an operator has corrected something. The message says what. */
export class CannotGoOn extends Error {
  override name = "CannotGoOn";
}

export type Door = { url: string; token?: string | undefined; say(line: string): void };

/** The pauses before each retry: a restart of the projector takes a few seconds. Every request may be repeated. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000];
/** The time limit of one request. The projector's own limits are 5 s for Kafka and some 15 s for MongoDB. */
const TIMEOUT_MS = 30_000;

export const faultsInWords = (errors: Faults) =>
  errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");

/**
 * Sends a request to the admin API of a projector. Throws CannotGoOn if the API does not answer, is closed, or gives an
 * unexpected answer.
 */
export async function ask<T>(
  door: Door,
  method: string,
  path: string,
  timeoutMs = TIMEOUT_MS,
): Promise<AdminAnswer<T>> {
  for (const [attempt, pauseMs] of [...PAUSES_MS, null].entries()) {
    const answer = await askOnce(door, method, path, timeoutMs);
    if (typeof answer === "object") return readAnswer(answer);
    if (pauseMs === null) throw new CannotGoOn(`${door.url} ${answer}: run the command again to do the rest`);
    door.say(`${door.url} ${answer}, retrying (${attempt + 1} of ${PAUSES_MS.length})`);
    await sleep(pauseMs);
  }
  throw new Error("the last attempt answers or throws");
}

/** Returns the response, or the reason why a later try may succeed. */
async function askOnce(
  { url, token }: Door,
  method: string,
  path: string,
  timeoutMs: number,
): Promise<Response | string> {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(`${url.replace(/\/$/, "")}/${path}`, { method, headers, signal });
    return response.status === 503 ? "is unavailable (503)" : response;
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return `does not answer (${cause?.code ?? name})`;
  }
}

/** The statuses that concern one request. Any other error status means that every request would fail. */
const OF_THE_REQUEST = [400, 404, 409, 422];

async function readAnswer<T>(response: Response): Promise<AdminAnswer<T>> {
  const { status } = response;
  const body = (await response.json().catch(() => ({}))) as {
    data: T;
    next?: string | null;
    errors?: Faults;
    calls?: number;
  };
  if (status === 200 || status === 202) return { ok: true, data: body.data, next: body.next ?? null };
  const errors: Faults = body.errors ?? [{ path: "", message: `HTTP ${status}` }];
  if (OF_THE_REQUEST.includes(status) && body.errors)
    return { ok: false, status, errors, ...(body.calls !== undefined && { calls: body.calls }) };
  if (status === 401)
    throw new CannotGoOn("the token is missing or wrong: pass it with --token or in ADMIN_TOKEN");
  throw new CannotGoOn(`HTTP ${status}: ${faultsInWords(errors)}`);
}
