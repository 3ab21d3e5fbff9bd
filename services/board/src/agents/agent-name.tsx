/** The maximum length of a name that fits into every column. */
const SHORT = 12;
/** The last characters of a name are always shown: they are a last name or the number of a workplace. */
const END = 8;

/** Splits `ana.maria@example.com` into the name that people use and the domain. */
function split(agent: string): [name: string, domain: string] {
  const at = agent.lastIndexOf("@");
  return at > 0 ? [agent.slice(0, at), agent.slice(at)] : [agent, ""];
}

/** Returns whether a column may have to shorten the name. */
export const isLong = (agent: string): boolean => split(agent)[0].length > SHORT;

/**
 * An agent's name. If there is no room for a long name, its domain is cut first and then its middle, so that
 * two names with the same beginning stay distinguishable. `short` leaves out the domain.
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
