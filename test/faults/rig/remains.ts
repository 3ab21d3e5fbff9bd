import { join } from "node:path";
import { Binary } from "mongodb";
import { createFinder, findLeaks, gatherPersonal } from "../../support/log-check.ts";
import type { Evidence, Remains } from "../checker/evidence.ts";
import type { Rig } from "./rig.ts";

/** Ends the services, and searches their logs for personal data that was sent and for unhandled faults. */
export async function readLeaks({ processes, history, poison, dir }: Rig): Promise<string[]> {
  await processes.stop();
  const sent = gatherPersonal();
  for (const body of [...history.bodies.values(), ...poison]) sent.add(body);
  return findLeaks(join(dir, "logs"), sent);
}

/** Searches all fields of all collections for the ids of erased calls and the numbers of their callers. */
export async function findRemains({ db, erased, history }: Rig): Promise<Remains[]> {
  if (erased.size === 0) return [];
  const owners = ownersOf(history.bodies.values(), erased);
  const find = createFinder(new Set(owners.keys()));
  const collections = await db.collections();
  const searched = collections.map(async (collection) => {
    const documents = await collection.find({}, { batchSize: 10_000 }).toArray();
    const { collectionName: place } = collection;
    return find(textOf(documents)).map((value) => ({ call: owners.get(value)!, place }));
  });
  return (await Promise.all(searched)).flat();
}

/** Returns the erased call of each value. A number that also called in a call that was not erased has none. */
function ownersOf(bodies: Iterable<string>, erased: Evidence["erased"]): Map<string, string> {
  const all = Array.from(bodies, (body) => JSON.parse(body) as Record<string, string>);
  const values = ({ call_id, their_number }: Record<string, string>) => [call_id, their_number];
  const kept = new Set(all.filter(({ call_id }) => !erased.has(call_id!)).flatMap(values));
  const owned = all
    .filter(({ call_id }) => erased.has(call_id!))
    .flatMap((body) => values(body).map((value) => [value, body.call_id!] as const));
  return new Map(
    owned.filter((each): each is [string, string] => each[0] !== undefined && !kept.has(each[0])),
  );
}

/** Returns all names and values of documents as one text, including bodies that are stored as bytes. */
function textOf(value: unknown): string {
  if (value instanceof Binary) return Buffer.from(value.value()).toString();
  if (typeof value !== "object" || value === null || value instanceof Date) return String(value);
  return Object.entries(value)
    .map(([name, each]) => `${name}\n${textOf(each)}`)
    .join("\n");
}
