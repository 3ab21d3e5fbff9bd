import * as z from "zod/mini";
import { docs } from "../src/index.ts";

/** The JSON Schema of a part of the protocol. */
export type Schema = z.core.JSONSchema.BaseSchema;

/** One field of an object: its path, its type in words and the schema it has. */
export type Field = { name: string; type: string; isOptional: boolean; schema: Schema };

/**
 * The JSON Schema of the data that a client sends (`input`) or receives (`output`). Shapes with a name are in `$defs`.
 */
export const schemaOf = (schema: z.ZodMiniType, io: "input" | "output"): Schema =>
  z.toJSONSchema(schema, { metadata: docs, io, unrepresentable: "any" });

const PREFIX = "#/$defs/";

/** The link of a shape in the reference. */
export const linkTo = (shape: string): string => `[${shape}](#${shape.toLowerCase()})`;

/** A type in words. */
export function typeOf({ type, ...schema }: Schema): string {
  if (schema.$ref) return linkTo(schema.$ref.slice(PREFIX.length));
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(", ");
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return union.map((each) => typeOf(each as Schema)).join(" or ");
  if (Array.isArray(type)) return type.join(" or ");
  if (type === "array") return `list of ${typeOf(schema.items as Schema)}`;
  if (type === "integer") return rangeOf(schema);
  if (schema.format === "date-time") return "time";
  if (type === "object" && isMap(schema)) return `map of ${typeOf(schema.additionalProperties as Schema)}`;
  return type ?? "any";
}

/** The type of a parameter, and its value if it is left out. Every parameter may be null, so this is not repeated. */
export function typeOfParameter({ type, schema: { usual } }: Field): string {
  const words = type.replace(/ or null$/, "");
  return usual === undefined ? words : `${words}; default ${usual}`;
}

const isMap = ({ properties, additionalProperties: values }: Schema): boolean =>
  !properties && typeof values === "object" && Object.keys(values).length > 0 && !("not" in values);

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;

/** An integer with its range. zod gives every integer the bounds of a safe integer: these are left out. */
const rangeOf = ({ minimum, maximum }: Schema): string =>
  minimum === undefined || maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER
    ? "integer"
    : `integer, ${minimum} to ${maximum}`;

/** The fields of an object, including those of the nested objects that have no name. */
export function fieldsOf(schema: Schema, prefix = ""): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, each]) => {
    const property = each as Schema;
    const path = `${prefix}${name}`;
    const isOptional = !schema.required?.includes(name);
    const { schema: inner, suffix } = innerOf(property);
    const nested = inner ? fieldsOf(inner, `${path}${suffix}.`) : [];
    return [{ name: path, type: typeOf(property), isOptional, schema: property }, ...nested];
  });
}

/** The object within a list, a map or a type that may be null. */
function innerOf(schema: Schema): { schema: Schema | null; suffix: string } {
  if (schema.properties) return { schema, suffix: "" };
  const [only, ...others] = (schema.anyOf ?? []).filter(({ type }) => type !== "null");
  if (only && others.length === 0) return innerOf(only as Schema);
  const [within, suffix] =
    schema.type === "array" ? [schema.items, "[]"] : [schema.additionalProperties, ".*"];
  if (typeof within !== "object" || within === null) return { schema: null, suffix: "" };
  const inner = innerOf(within as Schema);
  return { schema: inner.schema, suffix: `${suffix}${inner.suffix}` };
}
