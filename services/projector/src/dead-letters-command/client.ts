import { setTimeout as sleep } from "node:timers/promises";

/** A dead letter as the admin API gives it. */
export type Letter = {
  id: string;
  key: string | null;
  type: string | null;
  reason: string;
  service: string;
  first_seen: string;
  last_seen: string;
  copies: number;
  status: string;
  status_at: string;
  source: { topic: string; partition: number; offset: number } | null;
};
export type LetterWithBody = Letter & { encoding: "utf8" | "base64" | null; body: string | null };

export type Faults = { path: string; message: string }[];
export type Outcome<T> = { ok: true; data: T } | { ok: false; status: number; errors: Faults };

export type AdminClient = {
  /** All pages. */
  list(filters: Record<string, string>, limit: number): Promise<Letter[]>;
  show(id: string): Promise<Outcome<LetterWithBody>>;
  redrive(id: string, dryRun: boolean): Promise<Outcome<Letter>>;
  drop(id: string): Promise<Outcome<Letter>>;
};

/** What an operator must look at before this can go on; the message says what. */
export class CannotGoOn extends Error {
  override name = "CannotGoOn";
}

type Door = { url: string; token?: string | undefined; say(line: string): void };

/** Every request may be repeated, so what may pass is asked again after these pauses: a restart takes a few seconds. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000];
/** The projector's own limits are 5 s for Kafka and some 15 s for MongoDB. */
const TIMEOUT_MS = 30_000;
const PAGE = 500;

/** The admin API of a projector. Throws CannotGoOn where it does not answer, is closed, or answers what it never should. */
export function createAdminClient(door: Door): AdminClient {
  const at = (id: string) => `dead-letters/${encodeURIComponent(id)}`;
  return {
    list: (filters, limit) => listAll(door, filters, limit),
    show: (id) => ask(door, "GET", at(id)),
    redrive: (id, dryRun) => ask(door, "POST", `${at(id)}/redrive${dryRun ? "?dry_run=true" : ""}`),
    drop: (id) => ask(door, "DELETE", at(id)),
  };
}

async function listAll(door: Door, filters: Record<string, string>, limit: number): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (let cursor: string | null = ""; cursor !== null && letters.length < limit; ) {
    const page: Record<string, string> = {
      limit: String(Math.min(PAGE, limit - letters.length)),
      ...(cursor ? { cursor } : {}),
    };
    const answer: Answer<Letter[]> = await ask(
      door,
      "GET",
      `dead-letters?${new URLSearchParams({ ...filters, ...page })}`,
    );
    if (!answer.ok) throw new CannotGoOn(faultsInWords(answer.errors));
    letters.push(...answer.data);
    cursor = answer.next ?? null;
  }
  return letters;
}

export const faultsInWords = (errors: Faults) =>
  errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");

type Answer<T> = Outcome<T> & { next?: string | null };

async function ask<T>(door: Door, method: string, path: string): Promise<Answer<T>> {
  for (const [attempt, pauseMs] of [...PAUSES_MS, null].entries()) {
    const answer = await askOnce(door, method, path);
    if (typeof answer === "object") return readAnswer(answer);
    if (pauseMs === null)
      throw new CannotGoOn(`${door.url} ${answer}; what was not done yet can be asked again`);
    door.say(`${door.url} ${answer}, trying again (${attempt + 1} of ${PAUSES_MS.length})`);
    await sleep(pauseMs);
  }
  throw new Error("the last attempt answers or throws");
}

/** The response, or in words why it may be there later. */
async function askOnce({ url, token }: Door, method: string, path: string): Promise<Response | string> {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${url.replace(/\/$/, "")}/${path}`, { method, headers, signal });
    return response.status === 503 ? "cannot do it now (503)" : response;
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return `does not answer (${cause?.code ?? name})`;
  }
}

/** What an id may be answered with; all else says that something is wrong for every id. */
const OF_THE_LETTER = [404, 409, 422];

async function readAnswer<T>(response: Response): Promise<Answer<T>> {
  const { status } = response;
  const body = (await response.json().catch(() => ({}))) as {
    data: T;
    next?: string | null;
    errors?: Faults;
  };
  if (status === 200) return { ok: true, data: body.data, next: body.next ?? null };
  const errors: Faults = body.errors ?? [{ path: "", message: `HTTP ${status}` }];
  if (OF_THE_LETTER.includes(status) && body.errors) return { ok: false, status, errors };
  if (status === 401)
    throw new CannotGoOn("the token is missing or wrong: give it with --token or in ADMIN_TOKEN");
  throw new CannotGoOn(`HTTP ${status}: ${faultsInWords(errors)}`);
}
