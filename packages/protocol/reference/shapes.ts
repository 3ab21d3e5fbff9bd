import * as z from "zod/mini";
import { COMMANDS, PUSHES, problem, ROUTES, type Route } from "../src/index.ts";
import { fieldsOf, type Schema, schemaOf, typeOf } from "./fields.ts";
import { blocks, list, paragraph } from "./text.ts";

/** Describes the shape of an answer. An answer without a named shape is described field by field. */
export function describeAnswer(subject: string, schema: z.ZodMiniType): string {
  // the root of a schema is never a link, so the answer is put into an object
  const { properties } = schemaOf(z.object({ answer: schema }), "output");
  const answer = properties!.answer as Schema;
  return blocks(paragraph(`${subject}: ${typeOf(answer)}.`), listFields(answer));
}

const listFields = (schema: Schema): string =>
  list(
    fieldsOf(schema).map(({ name, type, isOptional, schema: { description = "" } }) => ({
      term: `\`${name}\``,
      type: isOptional ? `${type}, optional` : type,
      description,
    })),
  );

/** The shapes that have a separate section. */
export function describeShapes(): string {
  const answers = [
    ...Object.values(COMMANDS).map(({ answer }) => answer),
    ...Object.values(PUSHES).map(({ data }) => data),
    ...Object.values(ROUTES).flatMap((route) =>
      Object.values((route as Route).answers).flatMap(({ body }) => body ?? []),
    ),
    problem,
  ];
  const { $defs = {} } = schemaOf(z.object(Object.fromEntries(Object.entries(answers))), "output");
  const shapes = Object.entries($defs).sort(([one], [other]) => (one < other ? -1 : 1));
  return blocks(
    ...shapes.map(([id, shape]) => {
      const schema = shape as Schema;
      return blocks(`### ${id}`, paragraph(schema.description ?? ""), describeShape(schema));
    }),
  );
}

const describeShape = (schema: Schema): string =>
  schema.anyOf
    ? blocks(...schema.anyOf.flatMap((each, index) => [index === 0 ? "" : "or", listFields(each as Schema)]))
    : listFields(schema);
