import { isKey, type Person, type ReadTelephone, type Subject } from "@teravoz/domain";
import { Problem } from "@teravoz/runtime";

const refused = (message: string, path = "") => new Problem(400, [{ path, message }]);

function keyOf(id = ""): string {
  if (isKey(id)) return id;
  throw refused("an id has 1 to 128 characters, none of them a control character");
}

/** Throws a 400 for what can be no key. */
export const readCall = (id: string | undefined): Subject => ({ kind: "call", key: keyOf(id) });
export const readActor = (id: string | undefined): Person => ({ kind: "actor", key: keyOf(id) });

/** From a subscriber's number to E.164's longest. A shorter one would be found in queues, extensions and times of day. */
const [FEWEST_DIGITS, MOST_DIGITS] = [8, 15];

/** A number as people write it: `(11) 98765-4321`, `+5511987654321`. Throws a 400 for what is none. */
export function readNumber(id = "", readTelephone: ReadTelephone): Person {
  const digits = id.replace(/\D/g, "").length;
  const hasOnePlus = /^[^+]*$|^[\s(]*\+[^+]*$/.test(id);
  const number = hasOnePlus && digits >= FEWEST_DIGITS ? readTelephone(id) : null;
  if (number === null)
    throw refused(`a number has ${FEWEST_DIGITS} to ${MOST_DIGITS} digits, however it is written`);
  return { kind: "number", key: number.canonical };
}

/** What a request for an erasure may say beside whose it is. */
export type EraseQuery = { possible: boolean; confirm: number | null };

/** Throws a 400 that names every parameter which is unknown, doubled or not readable. */
export function readEraseQuery({ token: _, ...query }: NodeJS.Dict<string | string[]>): EraseQuery {
  const faults = Object.entries(query).flatMap(([name, value]) => {
    const message = faultOf(name, value);
    return message === null ? [] : [{ path: `/${name}`, message }];
  });
  if (faults.length > 0) throw new Problem(400, faults);
  const { include, confirm } = query;
  return { possible: include !== undefined, confirm: confirm === undefined ? null : Number(confirm) };
}

function faultOf(name: string, value: string | string[] | undefined): string | null {
  if (name === "include") return value === "possible" ? null : "must be possible, once";
  if (name !== "confirm") return "is not a parameter here";
  const isNumber = typeof value === "string" && /^\d{1,9}$/.test(value);
  return isNumber ? null : "must be the number of calls that may go, once";
}

/** For paths that take no parameter. Throws a 400. */
export function refuseQuery({ token: _, ...query }: NodeJS.Dict<string | string[]>): void {
  const faults = Object.keys(query).map((name) => ({ path: `/${name}`, message: "is not a parameter here" }));
  if (faults.length > 0) throw new Problem(400, faults);
}
