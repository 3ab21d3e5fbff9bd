import { agentKey, type StepAgent } from "../event/step.ts";

/** An agent of one call: `key` is equal for all names that mean the same agent in it. */
export type CallAgent = StepAgent & { key: string };

/** The agents that the events of a call have named so far. */
export type CallAgents = {
  /** The key of each login. */
  keys: Map<string, string>;
  /** Of each extension the agent who was named with it last. */
  byExtension: Map<string, { key: string; name: string }>;
};

export const beginCallAgents = (): CallAgents => ({ keys: new Map(), byExtension: new Map() });

/**
 * The agent that an event of a call means. An event that names a login is about that login; one that names an extension alone, about the
 * agent whom an earlier event of the call named with it. Names stay as written: see agent-names.ts.
 */
export function identify(agents: CallAgents, { name, extension }: StepAgent): CallAgent {
  const known = extension === null ? undefined : agents.byExtension.get(extension);
  if (name === extension) {
    const key = known?.key ?? name;
    if (!known) agents.byExtension.set(extension, { key, name });
    return { name, extension, key };
  }
  const login = agentKey(name);
  // an agent who was known by the extension alone so far has now got a login
  const key = agents.keys.get(login) ?? (known?.name === extension ? known.key : login);
  agents.keys.set(login, key);
  if (extension !== null) agents.byExtension.set(extension, { key, name });
  return { name, extension, key };
}

/** As last written with an extension: the login, if an event of the call has named one. */
export const loginOf = ({ byExtension }: CallAgents, { name, extension }: StepAgent): string =>
  name === extension ? (byExtension.get(extension)?.name ?? name) : name;
