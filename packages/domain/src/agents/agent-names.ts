import { agentKey } from "../event/step.ts";
import type { FoldedPresence } from "./presence.ts";

/** Gives the key of the agent that an event is about. `extension` is null if the event names a login. */
export type FindAgent = (name: string, extension: string | null, at: Date) => string;

/**
 * Joins logins and extensions. An event that names an extension alone belongs to the login that last logged in with it before that
 * time. If no login did, or several did at once, the extension is the agent. Logins are compared without case.
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

/** Null if no login logged in with it before, or several did at the same moment. */
function findLogin(logIns: readonly { at: Date; key: string }[], at: Date): string | null {
  const before = logIns.filter((logIn) => logIn.at <= at);
  const last = Math.max(...before.map((logIn) => logIn.at.getTime()));
  const keys = new Set(before.filter((logIn) => logIn.at.getTime() === last).map(({ key }) => key));
  return keys.size === 1 ? [...keys][0]! : null;
}
