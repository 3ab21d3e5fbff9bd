import type { ParsedUrlQuery } from "node:querystring";
import type { DeadLetterFilter } from "@teravoz/domain";
import { listDeadLettersQuery, redriveQuery } from "@teravoz/protocol";
import { readQuery } from "@teravoz/runtime/http";

export type ListQuery = { filter: DeadLetterFilter; page: { limit: number; cursor: string | null } };

/** Reads the conditions of a list of dead letters. Throws a 400 that names every parameter that is wrong. */
export function readListQuery(query: ParsedUrlQuery): ListQuery {
  const { limit, cursor, ...filter } = readQuery(listDeadLettersQuery, query);
  return { filter, page: { limit, cursor } };
}

/** Returns true for a request that only asks whether a redrive would succeed. Throws a 400 if a parameter is wrong. */
export const readDryRun = (query: ParsedUrlQuery): boolean => readQuery(redriveQuery, query).dry_run;
