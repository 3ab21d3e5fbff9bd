import type { Agent } from "@teravoz/protocol/client";
import { CallRow } from "../base/elements/call-row.tsx";
import { Link } from "../base/elements/link.tsx";
import { Scrolled } from "../base/elements/scrolled.tsx";
import { SimulatorHint } from "../base/elements/simulator-hint.tsx";
import { formatMean } from "../base/format.ts";
import { go, query } from "../base/route.ts";
import { connection } from "../base/socket.ts";
import { agents } from "../reports/followed-reports.ts";
import { Since } from "../rewind/since.tsx";
import { words } from "../words.ts";
import { AGENT_STATES, byState, findAgents } from "./agent-list.ts";
import { AgentMark } from "./agent-mark.tsx";
import { AgentName } from "./agent-name.tsx";

const NONE = "–";

/** The state of every agent, how long it has lasted, and the agent's inbound calls in the window. */
export function AgentsPage() {
  const report = agents.value;
  if (!report) return connection.value.status === "lost" ? null : <p class="empty">{words.base.loading}</p>;
  if (report.agents.length === 0) return <Empty />;
  const found = byState(findAgents(report.agents, query.value));
  return (
    <div class="agents-page">
      <div class="chips">
        <input
          type="search"
          aria-label={words.agents.find}
          placeholder={words.agents.find}
          value={query.value}
          maxLength={128}
          onInput={(event) => go("agents", { q: event.currentTarget.value })}
        />
        {AGENT_STATES.map((state) => [state, found.filter((each) => each.state === state).length] as const)
          .filter(([, count]) => count > 0)
          .map(([state, count]) => (
            <span key={state}>
              <AgentMark state={state} /> {count}
            </span>
          ))}
      </div>
      <Table agents={found} />
    </div>
  );
}

function Table({ agents: rows }: { agents: Agent[] }) {
  const { columns, tips } = words.agents;
  return (
    <Scrolled class="calls" label={words.base.pages.agents}>
      <table>
        <thead>
          <tr>
            {[columns.agent, columns.state].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
            <th scope="col" class="figure">
              {columns.since}
            </th>
            <th scope="col">{columns.reason}</th>
            <th scope="col">{columns.queues}</th>
            {(["taken", "missed", "meanTalk"] as const).map((name) => (
              <th key={name} scope="col" class="figure" title={tips[name]}>
                {columns[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((agent) => (
            <Row key={agent.agent} agent={agent} />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="empty">{words.agents.nobodyFound}</p>}
    </Scrolled>
  );
}

/** A row opens the agent's call, if there is one. */
function Row({ agent }: { agent: Agent }) {
  const cells = <Cells agent={agent} />;
  return agent.call_id ? <CallRow call_id={agent.call_id}>{cells}</CallRow> : <tr>{cells}</tr>;
}

function Cells({
  agent: { agent, state, since, next_state, reason, queues, taken, missed, mean_talk_ms },
}: {
  agent: Agent;
}) {
  return (
    <>
      <th scope="row" title={agent}>
        <AgentName agent={agent} />
      </th>
      <td>
        <AgentMark state={state} />
        {next_state && (
          <span class="soft" title={words.agents.next.tip}>
            {" "}
            {words.agents.next[next_state]}
          </span>
        )}
      </td>
      <td class="figure">{since ? <Since since={since} /> : NONE}</td>
      <td title={reason ?? ""}>{reason ?? NONE}</td>
      <td>
        {queues.length === 0 && NONE}
        {queues.map(({ queue, paused }, place) => (
          <span key={queue} class={paused ? "soft" : ""}>
            {place > 0 && ", "}
            {queue ?? words.base.noQueue}
            {paused && state !== "PAUSED" && ` (${words.agents.states.PAUSED})`}
          </span>
        ))}
      </td>
      <td class="figure">
        <Link to="calls" view={{ agent }}>
          {taken}
        </Link>
      </td>
      <td class="figure">{missed}</td>
      <td class="figure">{formatMean(mean_talk_ms)}</td>
    </>
  );
}

function Empty() {
  return (
    <div class="empty">
      <p>{words.agents.none}</p>
      <SimulatorHint />
    </div>
  );
}
