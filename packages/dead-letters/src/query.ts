import type { LetterFilter } from "@teravoz/domain";
import { Problem } from "@teravoz/runtime";

export type ListQuery = { filter: LetterFilter; page: { limit: number; cursor: string | null } };

const DEFAULT_LIMIT = 100;
/** Without bodies a thousand letters are some 400 KB. */
const MAX_LIMIT = 1_000;

const STATUSES = ["waiting", "redriven", "dropped"] as const;

type Read = Record<string, (text: string) => unknown>;

/** Each parameter and how it is read; undefined = not readable. */
const LIST: Read = {
  reason: (text) => text,
  type: (text) => text,
  key: (text) => text,
  status: (text) => STATUSES.find((status) => status === text),
  since: readTime,
  until: readTime,
  limit: (text) => (/^\d{1,4}$/.test(text) && isLimit(Number(text)) ? Number(text) : undefined),
  cursor: (text) => text,
};
const RULES: Record<string, string> = {
  status: `must be one of ${STATUSES.join(", ")}`,
  since: "must be a time like 2026-01-31T12:00:00Z",
  until: "must be a time like 2026-01-31T12:00:00Z",
  limit: `must be from 1 to ${MAX_LIMIT}`,
  dry_run: "must be true or false",
};

const isLimit = (value: number) => value >= 1 && value <= MAX_LIMIT;

function readTime(text: string): Date | undefined {
  const time = new Date(/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) ? text : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** What a listing asks for. Throws a 400 that names every parameter which is unknown, doubled or not readable. */
export function readListQuery(query: NodeJS.Dict<string | string[]>): ListQuery {
  const { limit = DEFAULT_LIMIT, cursor = null, ...filter } = readQuery(LIST, query);
  return { filter, page: { limit, cursor } as ListQuery["page"] };
}

/** A map: in an object `toString` would be a flag too. */
const FLAGS = new Map([
  ["true", true],
  ["false", false],
]);

/** Whether only to say what would be done. */
export function readDryRun(query: NodeJS.Dict<string | string[]>): boolean {
  return readQuery({ dry_run: (text) => FLAGS.get(text) }, query).dry_run === true;
}

/** For paths that take no parameter. */
export const refuseQuery = (query: NodeJS.Dict<string | string[]>): void => void readQuery({}, query);

/** `token` is the door's: it was looked at before. */
function readQuery(known: Read, { token: _, ...query }: NodeJS.Dict<string | string[]>) {
  const read = Object.entries(query).map(([name, text]) => {
    if (!Object.hasOwn(known, name)) return { name, fault: "is not a parameter here" };
    if (typeof text !== "string") return { name, fault: "must be given once" };
    const value = known[name]!(text);
    return value === undefined ? { name, fault: RULES[name] ?? "is not readable" } : { name, value };
  });
  const faults = read.flatMap(({ name, fault }) => (fault ? [{ path: `/${name}`, message: fault }] : []));
  if (faults.length > 0) throw new Problem(400, faults);
  return Object.fromEntries(read.map(({ name, value }) => [name, value]));
}
