import * as z from "zod/mini";
import type { Wire } from "../types/wire.ts";

/** The description of a schema in docs/api.md. */
type Doc = {
  /** The name of a shape that has a separate section. */
  id?: string;
  description?: string;
  /** The JSON type of a parameter whose schema reads any value. */
  type?: string | string[];
  enum?: readonly string[];
  /** The default of a parameter. */
  usual?: number;
};

/** The descriptions of all schemas. */
export const docs = z.registry<Doc>();

/** Adds to the documentation of a schema and returns the schema. */
export function annotate<S extends z.ZodMiniType>(schema: S, doc: Doc): S {
  docs.add(schema, { ...docs.get(schema), ...doc });
  return schema;
}

export const describe = <S extends z.ZodMiniType>(schema: S, description: string): S =>
  annotate(schema, { description });

type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

/**
 * Accepts only a schema of exactly the JSON form of T, so that the compiler reports each field that is missing in the
 * schema or superfluous. Usage: `shapeOf<Visit>()("Visit", "…", z.object({ … }))`. The name is that of the section in
 * docs/api.md.
 */
export const shapeOf =
  <T>() =>
  <S extends z.ZodMiniType>(
    id: string,
    description: string,
    schema: S & (Same<z.output<S>, Wire<T>> extends true ? unknown : { differs: Wire<T> }),
  ): S =>
    annotate(schema as S, { id, description });
