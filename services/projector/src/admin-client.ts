import { setTimeout as sleep } from "node:timers/promises";

export type Faults = { path: string; message: string }[];

/** What was answered; `calls` is on the refusal of an erasure that must be confirmed. */
export type AdminResult<T> =
  | { ok: true; data: T }
  | { ok: false; status: number; errors: Faults; calls?: number };
export type AdminAnswer<T> = AdminResult<T> & { next?: string | null };

/** What an operator must look at before this can go on; the message says what. */
export class CannotGoOn extends Error {
  override name = "CannotGoOn";
}

export type Door = { url: string; token?: string | undefined; say(line: string): void };

/** Every request may be repeated, so what may pass is asked again after these pauses: a restart takes a few seconds. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000];
/** The projector's own limits are 5 s for Kafka and some 15 s for MongoDB. */
const TIMEOUT_MS = 30_000;

export const faultsInWords = (errors: Faults) =>
  errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");

/** Asks the admin API of a projector. Throws CannotGoOn where it does not answer, is closed, or answers what it never should. */
export async function ask<T>(
  door: Door,
  method: string,
  path: string,
  timeoutMs = TIMEOUT_MS,
): Promise<AdminAnswer<T>> {
  for (const [attempt, pauseMs] of [...PAUSES_MS, null].entries()) {
    const answer = await askOnce(door, method, path, timeoutMs);
    if (typeof answer === "object") return readAnswer(answer);
    if (pauseMs === null)
      throw new CannotGoOn(`${door.url} ${answer}; what was not done yet can be asked again`);
    door.say(`${door.url} ${answer}, trying again (${attempt + 1} of ${PAUSES_MS.length})`);
    await sleep(pauseMs);
  }
  throw new Error("the last attempt answers or throws");
}

/** The response, or in words why it may be there later. */
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
    return response.status === 503 ? "cannot do it now (503)" : response;
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return `does not answer (${cause?.code ?? name})`;
  }
}

/** What one request may be answered with; all else says that something is wrong for every request. */
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
    throw new CannotGoOn("the token is missing or wrong: give it with --token or in ADMIN_TOKEN");
  throw new CannotGoOn(`HTTP ${status}: ${faultsInWords(errors)}`);
}
