import { agentKey, type StepAgent } from "../event/step.ts";

/** An agent of one call: `key` is equal for all names of the same agent in that call. */
export type CallAgent = StepAgent & { key: string };

/** The agents that the events of a call have named so far. */
export type CallAgents = {
  /** The key of each login. */
  keys: Map<string, string>;
  /** For each extension, the agent who was last named with it. */
  byExtension: Map<string, { key: string; name: string }>;
};

export const beginCallAgents = (): CallAgents => ({ keys: new Map(), byExtension: new Map() });

/**
 * Finds the agent that an event of a call means. An event with a login means that login. An event with an extension
 * alone means the agent whom an earlier event of the call named with the extension. Names stay as written: see
 * agent-names.ts.
 */
export function identify(agents: CallAgents, { name, extension }: StepAgent): CallAgent {
  const known = extension === null ? undefined : agents.byExtension.get(extension);
  if (name === extension) {
    const key = known?.key ?? name;
    if (!known) agents.byExtension.set(extension, { key, name });
    return { name, extension, key };
  }
  const login = agentKey(name);
  // up to here the agent was known by the extension alone
  const key = agents.keys.get(login) ?? (known?.name === extension ? known.key : login);
  agents.keys.set(login, key);
  if (extension !== null) agents.byExtension.set(extension, { key, name });
  return { name, extension, key };
}

/** The login that was last written with the extension, if an event of the call has named one. */
export const loginOf = ({ byExtension }: CallAgents, { name, extension }: StepAgent): string =>
  name === extension ? (byExtension.get(extension)?.name ?? name) : name;
