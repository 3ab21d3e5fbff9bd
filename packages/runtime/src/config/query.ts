import type { ParsedUrlQuery } from "node:querystring";
import type { z } from "zod/mini";
import { Problem } from "../errors.ts";

/**
 * Reads the parameters of a request with a schema. `token` is left out, because the token check has already read it.
 * Throws a 400 that names every parameter that is unknown, repeated or wrong, in the order of the request.
 */
export function readQuery<S extends z.ZodMiniType>(
  schema: S,
  { token: _, ...query }: ParsedUrlQuery,
): z.output<S> {
  const read = schema.safeParse(query);
  if (read.success) return read.data;
  const given = Object.keys(query);
  const faults = read.error.issues.flatMap((issue) =>
    namesOf(issue).map((name) => ({ name, message: issue.message })),
  );
  faults.sort((one, other) => given.indexOf(one.name) - given.indexOf(other.name));
  throw new Problem(
    400,
    faults.map(({ name, message }) => ({ path: `/${name}`, message })),
  );
}

/** Reads a part of a path with a schema. Throws a 400 if it does not match. */
export function readPathPart<S extends z.ZodMiniType>(schema: S, part: string | undefined): z.output<S> {
  const read = schema.safeParse(part ?? "");
  if (read.success) return read.data;
  throw new Problem(
    400,
    read.error.issues.map(({ message }) => ({ path: "", message })),
  );
}

const namesOf = (issue: z.core.$ZodIssue): string[] =>
  issue.code === "unrecognized_keys" ? issue.keys : [String(issue.path[0])];
