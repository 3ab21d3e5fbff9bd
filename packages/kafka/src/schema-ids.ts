import { setTimeout as sleep } from "node:timers/promises";
import type { Check, Log } from "@teravoz/runtime";
import type { schemas as ours } from "@teravoz/schemas";
import type { KafkaClient } from "./client.ts";
import {
  findSchemaId,
  type RecordKind,
  type RegistryConfig,
  type RegistrySubject,
  subjectsOf,
} from "./registry.ts";
import { restoreSchemas, type Witness, witnessesOfIds, witnessesOfLog } from "./restore-schemas.ts";
import type { TopicNames } from "./topics.ts";

const RETRY_MS = 1_000;
/** Restoring reads the log: not at every attempt. */
const ATTEMPTS_A_RESTORE = 10;
const ATTEMPTS_A_LINE = 30;
/** How often a registry that had our schemas is asked whether it still has them. */
export const RELOOK_MS = 60_000;

export type SchemaIds = {
  /** Resolves once the registry knows every schema of ours: tries until then, and from then on looks whether it still does. */
  ready(): Promise<void>;
  check(): Check;
  /** The id to write records of a kind under; undefined before `ready`. */
  of(kind: RecordKind): number | undefined;
};

type Options = {
  config: RegistryConfig;
  topics: TopicNames;
  schemas: typeof ours;
  /** Reads which ids the log has; without one a registry that lost its data is waited for. */
  client: KafkaClient | undefined;
  relookMs: number;
  /** Is given the ids when they are found, and again when they have changed. */
  onIds(ids: Ids): void;
  log: Log;
};
export type Ids = Record<RecordKind, number>;
type State = Options & {
  subjects: Record<RecordKind, RegistrySubject>;
  ids: Ids | null;
  /** Why the registry's schemas are not what they must be; null when they are. */
  reason: string | null;
};

export function createSchemaIds(options: Options): SchemaIds {
  const subjects = subjectsOf(options.topics, options.schemas);
  const state: State = { ...options, subjects, ids: null, reason: NOT_FOUND };
  return {
    ready: () => resolveIds(state),
    // with the ids known records are written and read all the same
    check: () =>
      state.reason === null
        ? { ok: true }
        : { ok: false, reason: state.reason, ...(state.ids ? { tolerated: true } : {}) },
    of: (kind) => state.ids?.[kind],
  };
}

const NOT_FOUND = "schemas not found at the registry yet";
const ADVICE = "run `pnpm topics`; no record is lost by it";

async function resolveIds(state: State): Promise<void> {
  for (let attempt = 0; state.ids === null; attempt++) {
    const err = await tryToResolve(state, attempt).catch((error: unknown) => error);
    if (state.ids) break;
    if (attempt % ATTEMPTS_A_LINE === 0)
      state.log.warn({ err, reason: state.reason }, "schemas not found at the registry, trying again");
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

/** Answers why the schemas are not there. */
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
  if (why === null) state.log.warn("the registry had lost our schemas: registered again under the same ids");
  return why;
}

async function relook(state: State): Promise<void> {
  await compare(state).catch((err) => state.log.debug({ err }, "the registry cannot be looked at"));
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
    state.log.error({ before: ids, now: found }, "the registry gave our schemas other ids: they are used");
  if (!isSame || state.reason !== null) adopt(state, found);
}

function sayLost(state: State, why: string): void {
  const reason = `the registry has lost our schemas: ${why}: ${ADVICE}`;
  if (state.reason !== reason) state.log.error({ reason }, "the registry has lost our schemas");
  state.reason = reason;
}
