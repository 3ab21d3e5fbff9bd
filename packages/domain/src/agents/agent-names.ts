import { agentKey } from "../event/step.ts";
import type { FoldedPresence } from "./presence.ts";

/**
 * Returns the key of the agent that an event is about. If `name` equals `extension`, the event names the extension
 * alone.
 */
export type FindAgent = (name: string, extension: string | null, at: Date) => string;

/**
 * Creates a FindAgent from the log-ins of all agents. An event that names an extension alone belongs to the login that
 * last logged in with the extension up to that time. If no login did, or several did at the same moment, the extension
 * is the agent. Logins are compared without case.
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

/**
 * Returns the key of the login that logged in last up to `at`. Null if there is none, or if several logged in at the
 * same moment.
 */
function findLogin(logIns: readonly { at: Date; key: string }[], at: Date): string | null {
  const before = logIns.filter((logIn) => logIn.at <= at);
  const last = Math.max(...before.map((logIn) => logIn.at.getTime()));
  const keys = new Set(before.filter((logIn) => logIn.at.getTime() === last).map(({ key }) => key));
  return keys.size === 1 ? [...keys][0]! : null;
}
