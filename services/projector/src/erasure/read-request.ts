import type { ParsedUrlQuery } from "node:querystring";
import { isKey, type Person, type ReadTelephone, type Subject } from "@teravoz/domain";
import { eraseQuery } from "@teravoz/protocol";
import { Problem } from "@teravoz/runtime";
import { readQuery } from "@teravoz/runtime/http";

const refused = (message: string, path = "") => new Problem(400, [{ path, message }]);

function keyOf(id = ""): string {
  if (isKey(id)) return id;
  throw refused("an id has 1 to 128 characters, none of them a control character");
}

/** The call or the agent of an id. Throws a 400 for an id that cannot be one. */
export const readCall = (id: string | undefined): Subject => ({ kind: "call", key: keyOf(id) });
export const readActor = (id: string | undefined): Person => ({ kind: "actor", key: keyOf(id) });

/** From a subscriber's number to the longest of E.164. A shorter one would be found in queues, extensions and times of day. */
const [FEWEST_DIGITS, MOST_DIGITS] = [8, 15];

/** Reads a number as people write it: `(11) 98765-4321`, `+5511987654321`. Throws a 400 for anything else. */
export function readNumber(id = "", readTelephone: ReadTelephone): Person {
  const digits = id.replace(/\D/g, "").length;
  const hasOnePlus = /^[^+]*$|^[\s(]*\+[^+]*$/.test(id);
  const number = hasOnePlus && digits >= FEWEST_DIGITS ? readTelephone(id) : null;
  if (number === null)
    throw refused(`a number has ${FEWEST_DIGITS} to ${MOST_DIGITS} digits, however it is written`);
  return { kind: "number", key: number.canonical };
}

/** The parameters of an erasure. `confirm` is the number of calls that may go, null if none was given. */
export type EraseQuery = { possible: boolean; confirm: number | null };

/** Throws a 400 that names every parameter that is unknown, given twice or wrong. */
export function readEraseQuery(query: ParsedUrlQuery): EraseQuery {
  const { include, confirm = null } = readQuery(eraseQuery, query);
  return { possible: include !== undefined, confirm };
}
