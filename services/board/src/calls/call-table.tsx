import { computed } from "@preact/signals";
import { isPresumedLost } from "@teravoz/domain/call";
import { formatTelephone } from "@teravoz/domain/telephone";
import { startOfDay } from "@teravoz/domain/time";
import type { Call } from "@teravoz/protocol/client";
import type { VNode } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { AgentName } from "../agents/agent-name.tsx";
import { now } from "../base/clock.ts";
import { CallRow } from "../base/elements/call-row.tsx";
import { SimulatorHint } from "../base/elements/simulator-hint.tsx";
import { formatDuration } from "../base/format.ts";
import { masked } from "../base/preferences.ts";
import { agent, filter, query, visited } from "../base/route.ts";
import { connection } from "../base/socket.ts";
import { formatDateAndTime, formatTimeOfDay } from "../base/times.ts";
import { zone } from "../base/zone.ts";
import { ageOf, fromOf, presentAgents, queuesOf, toOf } from "../model/call.ts";
import { words } from "../words.ts";
import { COLUMNS, type Column, firstOrderOf, joinNames } from "./list/call-order.ts";
import { goCalls, order, period } from "./list/calls-view.ts";
import { rows } from "./list/listed-calls.ts";
import {
  first,
  isFast,
  last,
  useAnchor,
  useGlow,
  useRowKeys,
  useRowPlaces,
  useViewport,
} from "./list/row-window.ts";
import { createSlots, ROW_PX } from "./list/visible-rows.ts";
import { StateMark } from "./state-mark.tsx";

const NONE = "–";

export function CallTable() {
  const all = rows.value;
  return all && all.length > 0 ? <List all={all} /> : <Empty read={all !== null} />;
}

/** Draws only the visible rows and a few more; padding takes the place of the others. */
function List({ all }: { all: readonly Call[] }) {
  const section = useRef<HTMLElement>(null);
  useViewport(section);
  useAnchor(section, all);
  useRowKeys(section);
  useRowPlaces(section);
  useGlow(section);
  const [from, to] = [first.value, last.value];
  const seen = all.slice(from, to);
  const slots = useMemo(createSlots, [])(seen.map(({ aggregate_id }) => aggregate_id));
  return (
    <section class="calls call-list" ref={section} tabIndex={-1}>
      <div style={{ paddingTop: `${from * ROW_PX}px`, paddingBottom: `${(all.length - to) * ROW_PX}px` }}>
        {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the keyboard moves through the rows, as in a grid */}
        <table role="grid" aria-rowcount={all.length + 1} aria-label={words.base.pages.calls}>
          <Head />
          <tbody>
            {seen.map((call, n) => (
              <Row key={slots[n]} call={call} passes={isFast.value} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Head() {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {COLUMNS.map((column) => (
          <Heading key={column} column={column} />
        ))}
      </tr>
    </thead>
  );
}

function Heading({ column }: { column: Column }) {
  const { by, descending } = order.value;
  const isSorted = by === column;
  const sort = () => goCalls({ order: isSorted ? { by, descending: !descending } : firstOrderOf(column) });
  return (
    <th scope="col" class={column} aria-sort={isSorted ? (descending ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={sort}>
        {words.calls.columns[column]}
        <span aria-hidden="true">{isSorted ? (descending ? " ▾" : " ▴") : ""}</span>
      </button>
    </th>
  );
}

/** The first moment of today: calls since then show only a time, earlier calls also a date. */
const today = computed(() => startOfDay(new Date(now.value - (now.value % 60_000)), zone.value).getTime());

/** The cell of each column. */
const CELLS: Record<Column, (call: Call) => VNode> = {
  state: (call) => (
    <td title={words.calls.directions[call.counted_as]}>
      {StateMark({ state: call.state, isPlain: call.counted_as !== "inbound" })}
      {call.state !== "FINISHED" && <Lost call={call} />}
    </td>
  ),
  from: (call) => numberCell(fromOf(call).shown),
  to: (call) => numberCell(toOf(call).shown),
  queue: (call) => textCell(joinNames(queuesOf(call)) ?? NONE),
  agent: (call) => agentCell(presentAgents(call)),
  began: ({ began_at }) => {
    const began = Date.parse(began_at);
    return <td>{began >= today.value ? formatTimeOfDay(began) : formatDateAndTime(began)}</td>;
  },
  age: (call) => (
    <td class="age">{call.state === "FINISHED" ? formatDuration(ageOf(call, 0)) : <Age call={call} />}</td>
  ),
};

/**
 * A row with unchanged values is not drawn again with the list. During fast scrolling a row shows only the
 * column that the list is sorted by, so that the reader knows the position.
 */
function Row({ call, passes }: { call: Call; passes: boolean }) {
  const shows = (column: Column) => !passes || column === order.value.by;
  return (
    <CallRow call_id={call.aggregate_id} class={call.state === "FINISHED" ? "done" : ""}>
      {COLUMNS.map((column) => (shows(column) ? CELLS[column](call) : <td />))}
    </CallRow>
  );
}

function Lost({ call }: { call: Call }) {
  return isPresumedLost(call, new Date(now.value)) ? (
    <span class="soft"> {words.calls.presumedLost}</span>
  ) : null;
}

/** A text longer than this may be cut, so it has a tooltip. */
const LONG = 20;

const numberCell = (value: string | null): VNode =>
  textCell(value ? formatTelephone(value, masked.value) : NONE, "number");

const textCell = (value: string, name?: string): VNode => (
  <td class={name} title={value.length > LONG ? value : undefined}>
    {value}
  </td>
);

/** A single name is shortened in its middle; several names are plain text. */
function agentCell(agents: readonly string[]): VNode {
  const [agent] = agents;
  const all = joinNames(agents);
  return (
    <td title={all ?? undefined}>{agent && agents.length === 1 ? AgentName({ agent }) : (all ?? NONE)}</td>
  );
}

/** The duration of a call. Only this text is drawn again each second, not the row. */
export function Age({ call }: { call: Call }) {
  return <>{formatDuration(ageOf(call, now.value))}</>;
}

function Empty({ read }: { read: boolean }) {
  if (connection.value.status === "connecting") return <p class="empty">{words.base.loading}</p>;
  if (connection.value.status !== "live") return null;
  if (!read) return <p class="empty">{words.base.loading}</p>;
  if (query.value) return <EmptyPeriod why={words.calls.nothingFound} />;
  if (visited.value || agent.value) return <EmptyPeriod why={words.calls.emptyPeriod} />;
  if (filter.value) return <EmptyPeriod why={words.calls.emptyState} />;
  if (period.value !== "all" && period.value !== "today")
    return <EmptyPeriod why={words.calls.emptyPeriod} />;
  return (
    <div class="empty">
      <p>{words.calls.empty}</p>
      <SimulatorHint />
      <AllPeriods />
    </div>
  );
}

/** An empty list, with a link to all periods: another period may contain calls. */
function EmptyPeriod({ why }: { why: string }) {
  return (
    <div class="empty">
      <p>{why}</p>
      <AllPeriods />
    </div>
  );
}

function AllPeriods() {
  if (period.value === "all") return null;
  return (
    <button type="button" class="quiet" onClick={() => goCalls({ period: "all" })}>
      {words.calls.showAll}
    </button>
  );
}
