import type { ParsedUrlQuery } from "node:querystring";
import type { ErasureSubject, Person, ReadTelephone } from "@teravoz/domain";
import { agentKey, callKey, eraseQuery, NUMBER_RULE, writtenNumber } from "@teravoz/protocol";
import { Problem } from "@teravoz/runtime";
import { readPathPart, readQuery } from "@teravoz/runtime/http";

/** Reads the id of a call. Throws a 400 for an id that cannot be one. */
export const readCall = (id: string | undefined): ErasureSubject => ({
  kind: "call",
  key: readPathPart(callKey, id),
});

/** Reads the id of an agent. Throws a 400 for an id that cannot be one. */
export const readActor = (id: string | undefined): Person => ({
  kind: "actor",
  key: readPathPart(agentKey, id),
});

/** Reads the number of a person, in any spelling. Throws a 400 for a text that is not a number. */
export function readNumber(id: string | undefined, readTelephone: ReadTelephone): Person {
  const number = readTelephone(readPathPart(writtenNumber, id));
  if (number === null) throw new Problem(400, [{ path: "", message: NUMBER_RULE }]);
  return { kind: "number", key: number.canonical };
}

/** The parameters of an erasure. `confirm` is the number of calls that may be erased, null if none was given. */
export type EraseQuery = { possible: boolean; confirm: number | null };

/** Reads the parameters. Throws a 400 that names every parameter that is unknown, given twice or wrong. */
export function readEraseQuery(query: ParsedUrlQuery): EraseQuery {
  const { include, confirm = null } = readQuery(eraseQuery, query);
  return { possible: include !== undefined, confirm };
}
