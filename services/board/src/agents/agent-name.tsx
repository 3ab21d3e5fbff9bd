/** Up to here a name fits into every column. */
const SHORT = 12;
/** The end that is always shown: a last name, or the number of a workplace. */
const END = 8;

/** `ana.maria@example.com` as what people call each other, and the rest. */
function split(agent: string): [name: string, domain: string] {
  const at = agent.lastIndexOf("@");
  return at > 0 ? [agent.slice(0, at), agent.slice(at)] : [agent, ""];
}

/** True if a column may have to cut the name. */
export const isLong = (agent: string): boolean => split(agent)[0].length > SHORT;

/**
 * An agent's name. A long one that has no room loses its domain first and then its middle, so that two agents whose names begin
 * alike can be told apart. `short`: without the domain.
 */
export function AgentName({ agent, short = false }: { agent: string; short?: boolean }) {
  const [name, domain] = split(agent);
  if (!isLong(agent)) return <>{short ? name : agent}</>;
  return (
    <span class="cut-in-middle">
      <span class="start">{name.slice(0, -END)}</span>
      <span class="end">{name.slice(-END)}</span>
      {!short && domain && <span class="domain">{domain}</span>}
    </span>
  );
}
