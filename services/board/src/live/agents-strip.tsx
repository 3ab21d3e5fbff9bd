import type { Agent } from "@teravoz/protocol/client";
import { useLayoutEffect } from "preact/hooks";
import { inState } from "../agents/agent-list.ts";
import { AgentMark } from "../agents/agent-mark.tsx";
import { AgentName, isLong } from "../agents/agent-name.tsx";
import { CallLink, Link } from "../base/elements/link.tsx";
import { Scrolled } from "../base/elements/scrolled.tsx";
import { boardAgents } from "../rewind/rewind.ts";
import { Since } from "../rewind/since.tsx";
import { tv } from "../tv/tv.ts";
import { hasRoomForNames, measureRoom } from "../tv/tv-room.ts";
import { words } from "../words.ts";

/** Agents in these states are shown by name; agents who have logged out are only counted. */
const AT_WORK = ["TALKING", "RINGING", "PAUSED", "FREE"] as const;
/** The maximum number of names per state, the agents longest in it first. The page of agents shows all. */
const MAX_NAMES = 40;

type Group = { state: Agent["state"]; agents: Agent[] };

/**
 * The agents by state, on as few lines as possible. TV mode shows their number, and their names only if the
 * names leave enough room for the rows of the lists.
 */
export function AgentsStrip() {
  const all = boardAgents.value?.agents ?? [];
  useLayoutEffect(() => measureRoom());
  if (all.length === 0) return null;
  const groups = [...AT_WORK, "LOGGED_OUT" as const]
    .map((state): Group => ({ state, agents: inState(all, state) }))
    .filter(({ agents }) => agents.length > 0);
  const isNamed = !tv.value || hasRoomForNames.value;
  return (
    <Scrolled class="agents-strip" label={words.base.pages.agents}>
      {tv.value && <Counts groups={groups} isSeen={!isNamed} />}
      <dl class={isNamed ? "" : "unplaced"}>
        {groups.map((group) => (
          <Names key={group.state} {...group} />
        ))}
      </dl>
    </Scrolled>
  );
}

function Counts({ groups, isSeen }: { groups: Group[]; isSeen: boolean }) {
  return (
    <p class={isSeen ? "agent-counts" : "agent-counts unplaced"}>
      {groups.map(({ state, agents }) => (
        <span key={state}>
          <AgentMark state={state} /> {agents.length}
        </span>
      ))}
    </p>
  );
}

function Names({ state, agents: group }: Group) {
  const named = state === "LOGGED_OUT" ? [] : group;
  return (
    <>
      <dt>
        <AgentMark state={state} /> {group.length}
      </dt>
      <dd class={classOf(state, named)}>
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

/** Paused agents have a reason beside the name, and long names have wider columns. */
const classOf = (state: Agent["state"], agents: Agent[]): string =>
  [
    state === "PAUSED" ? "wide" : agents.some(({ agent }) => isLong(agent)) && "long",
    state === "FREE" && "idle",
  ]
    .filter(Boolean)
    .join(" ");

/** The name is a link to the agent's call, if there is one. */
function Name({ agent: { agent, since, next_state, reason, call_id } }: { agent: Agent }) {
  const name = <AgentName agent={agent} short />;
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
        <span class="soft" title={words.agents.next.tip}>
          {words.agents.next[next_state]}
        </span>
      )}
      {reason && <span class="soft name">{reason}</span>}
      {since && (
        <span class="soft since">
          <Since since={since} />
        </span>
      )}
    </span>
  );
}
