import { expect, test } from "@jest/globals";
import { releasedSchemas, schemas } from "@teravoz/schemas";
import avsc from "avsc";

const typeOf = (text: string) => avsc.Type.forSchema(JSON.parse(text));

test("every schema that was ever released reads what this release writes, and this release reads it", () => {
  const ours = new Map(Object.values(schemas).map((text) => [typeOf(text).name, typeOf(text)]));
  const released = releasedSchemas.map(typeOf);
  expect(new Set(released.map(({ name }) => name))).toEqual(new Set(ours.keys()));
  for (const type of released) {
    const current = ours.get(type.name)!;
    expect(() => [current.createResolver(type), type.createResolver(current)]).not.toThrow();
  }
});
