import * as z from "zod/mini";
import { describe } from "./describe.ts";

// the values of answers, each with its description

const iso = () => z.iso.datetime({ precision: 3 });

export const text = (description: string) => describe(z.string(), description);
export const textOrNull = (description: string) => describe(z.nullable(z.string()), description);
export const whole = (description: string) => describe(z.int(), description);
export const wholeOrNull = (description: string) => describe(z.nullable(z.int()), description);
export const fractionOrNull = (description: string) => describe(z.nullable(z.number()), description);
export const flag = (description: string) => describe(z.boolean(), description);
/** A moment in ISO 8601 with milliseconds and Z. */
export const moment = (description: string) => describe(iso(), description);
export const momentOrNull = (description: string) => describe(z.nullable(iso()), description);
export const oneOf = <const V extends string>(values: readonly V[], description: string) =>
  describe(z.enum(values), description);
export const oneOfOrNull = <const V extends string>(values: readonly V[], description: string) =>
  describe(z.nullable(z.enum(values)), description);
export const listOf = <S extends z.ZodMiniType>(schema: S, description: string) =>
  describe(z.array(schema), description);
export const counts = (description: string) => describe(z.record(z.string(), z.int()), description);
