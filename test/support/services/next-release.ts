import { type Codec, createCodec, openRegistry, registerSchema, subjectsOf } from "@teravoz/kafka";
import { schemas } from "@teravoz/schemas";
import type { TestTopics } from "../stack/kafka.ts";

/**
 * The codec of a future release, whose schemas have one more field with a default, on the topics of a test.
 */
export async function openNextRelease(
  { config, topics, log }: TestTopics,
  fieldName = "added_later",
): Promise<Codec> {
  const added = { name: fieldName, type: "string", default: "nothing" };
  const next = Object.fromEntries(
    Object.entries(schemas).map(([name, text]) => {
      const schema = JSON.parse(text);
      return [name, JSON.stringify({ ...schema, fields: [...schema.fields, added] })];
    }),
  ) as typeof schemas;
  const registry = openRegistry(config);
  for (const { subject, schema } of Object.values(subjectsOf(topics, next)))
    await registerSchema(registry, config, subject, schema);
  const codec = createCodec({ config, topics, log, schemas: next });
  await codec.ready();
  return codec;
}
