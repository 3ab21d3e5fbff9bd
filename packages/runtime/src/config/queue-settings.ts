import { isZone, type QueuePromise, USUAL_PROMISE } from "@teravoz/domain";
import { z } from "zod";
import type { Settings } from "./config.ts";

/** The settings of the account's queues: by number in `named`, and for all others in `rest`. */
export type QueueSettings = {
  named: ReadonlyMap<string, { name: string | null } & QueuePromise>;
  rest: QueuePromise;
};

const seconds = z.number().positive().max(3_600);
const queue = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  serviceLevelSeconds: seconds.optional(),
  shortAbandonSeconds: seconds.optional(),
});
const EXAMPLE = '{"900":{"name":"Vendas","serviceLevelSeconds":20,"shortAbandonSeconds":5}}';

const queues = z.string().transform((text, context): QueueSettings => {
  const read = z.record(z.string(), queue).safeParse(parseJson(text));
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join(".");
    context.addIssue(`must be JSON like ${EXAMPLE}${where ? `; ${where}: ${issue?.message}` : ""}`);
    return z.NEVER;
  }
  const { "*": others = {}, ...named } = read.data;
  const rest = promiseOf(others, USUAL_PROMISE);
  const entries = Object.entries(named).map(
    ([number, given]) => [number, { name: given.name ?? null, ...promiseOf(given, rest) }] as const,
  );
  return { named: new Map(entries), rest };
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const promiseOf = (given: z.infer<typeof queue>, usual: QueuePromise): QueuePromise => ({
  serviceLevelMs: inMs(given.serviceLevelSeconds) ?? usual.serviceLevelMs,
  shortAbandonMs: inMs(given.shortAbandonSeconds) ?? usual.shortAbandonMs,
});

const inMs = (given: number | undefined) => (given === undefined ? undefined : given * 1_000);

export const queueSettings = {
  ACCOUNT_TIME_ZONE: {
    schema: z.string().refine(isZone, "must be a zone like America/Sao_Paulo"),
    default: "America/Sao_Paulo",
    doc: "IANA time zone in which the day of the numbers begins at midnight",
  },
  QUEUES: {
    schema: queues,
    default: "{}",
    doc: `JSON with the settings of each queue by its number, or by * for all other queues, like ${EXAMPLE}`,
  },
} as const satisfies Settings;
