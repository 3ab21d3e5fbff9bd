import "./agents.css";
import { AgentMark } from "./agent-mark.tsx";
import { type Agent, inState } from "./agents.ts";
import { CallLink, Link } from "./link.tsx";
import { boardAgents } from "./rewind.ts";
import { Scrolled } from "./scrolled.tsx";
import { Since } from "./since.tsx";
import { words } from "./words.ts";

/** Who is at work, with their names; who is not is only counted. */
const AT_WORK = ["TALKING", "RINGING", "PAUSED", "FREE"] as const;
/** Names of a state: who has been in it longest. The page of agents has them all. */
const MAX_NAMES = 40;

/** What everybody does, on as few lines as there are states. */
export function AgentsStrip() {
  const all = boardAgents.value?.agents ?? [];
  if (all.length === 0) return null;
  return (
    <Scrolled class="agents-strip" label={words.pages.agents}>
      <dl>
        {[...AT_WORK, "LOGGED_OUT" as const].map((state) => {
          const group = inState(all, state);
          return group.length > 0 && <Group key={state} state={state} agents={group} />;
        })}
      </dl>
    </Scrolled>
  );
}

function Group({ state, agents: group }: { state: Agent["state"]; agents: Agent[] }) {
  const named = state === "LOGGED_OUT" ? [] : group;
  return (
    <>
      <dt>
        <AgentMark state={state} /> {group.length}
      </dt>
      <dd class={state === "PAUSED" ? "wide" : ""}>
        {named.slice(0, MAX_NAMES).map((agent) => (
          <Name key={agent.agent} agent={agent} />
        ))}
        {named.length > MAX_NAMES && (
          <Link to="agents" class="quiet">
            +{named.length - MAX_NAMES}
          </Link>
        )}
      </dd>
    </>
  );
}

/** The part before the @ is what people call each other. Who has a call leads to it. */
function Name({ agent: { agent, since, next_state, reason, call_id } }: { agent: Agent }) {
  const name = agent.replace(/@.*/, "");
  return (
    <span class="agent" title={reason ? `${agent}: ${reason}` : agent}>
      {call_id ? (
        <CallLink call_id={call_id} class="name">
          {name}
        </CallLink>
      ) : (
        <span class="name">{name}</span>
      )}
      {next_state && (
        <span class="soft" title={words.agentsPage.next.tip}>
          {words.agentsPage.next[next_state]}
        </span>
      )}
      {reason && <span class="soft name">{reason}</span>}
      {since && (
        <span class="soft">
          <Since since={since} />
        </span>
      )}
    </span>
  );
}
