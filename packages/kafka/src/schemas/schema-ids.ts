import { setTimeout as sleep } from "node:timers/promises";
import type { Check, Log } from "@teravoz/runtime";
import type { schemas as ours } from "@teravoz/schemas";
import type { KafkaClient } from "../client/client.ts";
import type { TopicNames } from "../topics/topics.ts";
import {
  findSchemaId,
  type RecordKind,
  type RegistryConfig,
  type RegistrySubject,
  subjectsOf,
} from "./registry.ts";
import { restoreSchemas, type Witness, witnessesOfIds, witnessesOfLog } from "./restore-schemas.ts";

const RETRY_MS = 1_000;
/** A restore is tried only once in this many attempts, because it reads the log. */
const ATTEMPTS_A_RESTORE = 10;
const ATTEMPTS_A_LINE = 30;
/** The interval of the check that a registry still has our schemas. */
export const RELOOK_MS = 60_000;

export type SchemaIds = {
  /**
   * Resolves once the registry has all our schemas, and retries until then. From then on it checks regularly whether
   * the registry still has them.
   */
  ready(): Promise<void>;
  check(): Check;
  /** Returns the schema id for writing records of a kind, or undefined before `ready` has resolved. */
  of(kind: RecordKind): number | undefined;
};

type Options = {
  config: RegistryConfig;
  topics: TopicNames;
  schemas: typeof ours;
  /**
   * Reads the ids of the log. Without a client, a registry that lost its data is not restored before the ids are known.
   */
  client: KafkaClient | undefined;
  relookMs: number;
  /** Called with the ids when they are found, and again when they have changed. */
  onIds(ids: Ids): void;
  log: Log;
};
export type Ids = Record<RecordKind, number>;
type State = Options & {
  subjects: Record<RecordKind, RegistrySubject>;
  ids: Ids | null;
  /** Why the registry's schemas are not as they must be, or null if they are. */
  reason: string | null;
};

export function createSchemaIds(options: Options): SchemaIds {
  const subjects = subjectsOf(options.topics, options.schemas);
  const state: State = { ...options, subjects, ids: null, reason: NOT_FOUND };
  return {
    ready: () => resolveIds(state),
    // once the ids are known, records are written and read even without the registry
    check: () =>
      state.reason === null
        ? { ok: true }
        : { ok: false, reason: state.reason, ...(state.ids ? { tolerated: true } : {}) },
    of: (kind) => state.ids?.[kind],
  };
}

const NOT_FOUND = "the registry does not have our schemas yet";
const ADVICE = "run `pnpm topics`, which loses no record";

async function resolveIds(state: State): Promise<void> {
  for (let attempt = 0; state.ids === null; attempt++) {
    const err = await tryToResolve(state, attempt).catch((error: unknown) => error);
    if (state.ids) break;
    if (attempt % ATTEMPTS_A_LINE === 0)
      state.log.warn({ err, reason: state.reason }, "schemas not found at the registry, retrying");
    await sleep(RETRY_MS, undefined, { ref: false });
  }
  state.log.info({ ids: state.ids }, "schemas found");
  setTimeout(() => relook(state), state.relookMs).unref();
}

async function tryToResolve(state: State, attempt: number): Promise<void> {
  let found = await lookUp(state);
  if (!isComplete(found) && attempt % ATTEMPTS_A_RESTORE === 0) {
    state.reason = await restoreByLog(state);
    found = await lookUp(state);
  }
  if (isComplete(found)) adopt(state, found);
}

type Found = Record<RecordKind, number | null>;

async function lookUp({ config, subjects }: State): Promise<Found> {
  const found = Object.entries(subjects).map(
    async ([kind, subject]) => [kind, await findSchemaId(config, subject)] as const,
  );
  return Object.fromEntries(await Promise.all(found)) as Found;
}

const isComplete = (found: Found): found is Ids => Object.values(found).every((id) => id !== null);

function adopt(state: State, ids: Ids): void {
  state.ids = ids;
  state.onIds(ids);
  state.reason = null;
}

/** Tries to restore the schemas with the ids of the log. Resolves to the reason why they are missing. */
async function restoreByLog(state: State): Promise<string> {
  const { client, topics, schemas } = state;
  if (!client) return NOT_FOUND;
  const witnesses = await witnessesOfLog(client, topics, schemas).catch((err: unknown) => {
    state.log.debug({ err }, "the schema ids of the log cannot be read");
    return null;
  });
  const why = witnesses
    ? await restore(state, witnesses)
    : "the ids of the records in the log cannot be read";
  return why === null ? NOT_FOUND : `${NOT_FOUND}: ${why}: ${ADVICE}`;
}

async function restore(state: State, witnesses: readonly Witness[]): Promise<string | null> {
  const why = await restoreSchemas({ ...state, witnesses });
  if (why === null) state.log.warn("the registry had lost our schemas, registered again under the same ids");
  return why;
}

async function relook(state: State): Promise<void> {
  await compare(state).catch((err) => state.log.debug({ err }, "the registry cannot be checked"));
  setTimeout(() => relook(state), state.relookMs).unref();
}

async function compare(state: State): Promise<void> {
  const ids = state.ids!;
  let found = await lookUp(state);
  if (!isComplete(found)) {
    const why = await restore(state, witnessesOfIds(ids, state.subjects));
    if (why !== null) return sayLost(state, why);
    found = await lookUp(state);
  }
  if (!isComplete(found)) return;
  const isSame = Object.entries(found).every(([kind, id]) => id === ids[kind as RecordKind]);
  if (!isSame)
    state.log.error(
      { before: ids, now: found },
      "the registry has assigned other ids to our schemas, using them",
    );
  if (!isSame || state.reason !== null) adopt(state, found);
}

function sayLost(state: State, why: string): void {
  const reason = `the registry has lost our schemas: ${why}: ${ADVICE}`;
  if (state.reason !== reason) state.log.error({ reason }, "the registry has lost our schemas");
  state.reason = reason;
}
