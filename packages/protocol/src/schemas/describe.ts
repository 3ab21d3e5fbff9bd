import * as z from "zod/mini";
import type { Wire } from "../types/wire.ts";

/** What docs/api.md says of a schema. `id` names a shape that has a section of its own. */
type Doc = { id?: string; description?: string; type?: string | string[] };

/** The descriptions of all schemas. */
export const docs = z.registry<Doc>();

/** Adds a description to a schema and returns the schema. */
export function describe<S extends z.ZodMiniType>(schema: S, description: string, more: Doc = {}): S {
  docs.add(schema, { description, ...more });
  return schema;
}

type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

/**
 * Accepts only a schema of exactly the JSON form of T, so that the compiler reports each field that is missing in the schema or too
 * many. Usage: `shapeOf<Visit>()("Visit", "…", z.object({ … }))`. The name is that of the section in docs/api.md.
 */
export const shapeOf =
  <T>() =>
  <S extends z.ZodMiniType>(
    id: string,
    description: string,
    schema: S & (Same<z.output<S>, Wire<T>> extends true ? unknown : { differs: Wire<T> }),
  ): S =>
    describe(schema as S, description, { id });
