import { agentKey } from "../event/step.ts";
import type { FoldedPresence } from "./presence.ts";

/** Finds the agent that an event is about, by its key. `extension` is null where the event names a login. */
export type FindAgent = (name: string, extension: string | null, at: Date) => string;

/**
 * Joins logins and extensions. An event that names an extension alone belongs to the login that had logged in with it last at that
 * time, if exactly one did; else the extension is the agent. Logins are compared without case.
 */
export function createFindAgent(presences: readonly FoldedPresence[]): FindAgent {
  const logins = presences.filter(({ is_extension }) => !is_extension);
  const logIns = logins.flatMap(({ agent, extensions }) =>
    extensions.map((each) => ({ ...each, key: agentKey(agent) })),
  );
  const byExtension = Map.groupBy(logIns, ({ extension }) => extension);
  return (name, extension, at) =>
    (name === extension && findLogin(byExtension.get(extension) ?? [], at)) || agentKey(name);
}

/** Null if no login had, or several had at the same moment. */
function findLogin(logIns: readonly { at: Date; key: string }[], at: Date): string | null {
  const before = logIns.filter((logIn) => logIn.at <= at);
  const last = Math.max(...before.map((logIn) => logIn.at.getTime()));
  const keys = new Set(before.filter((logIn) => logIn.at.getTime() === last).map(({ key }) => key));
  return keys.size === 1 ? [...keys][0]! : null;
}
