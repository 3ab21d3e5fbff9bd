import "./call-table.css";
import { computed, useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import { COLUMNS, type Column, firstOrderOf } from "./call-order.ts";
import { CallRow } from "./call-row.tsx";
import { ageOf, type Call, isPresumedLost } from "./calls.ts";
import { goCalls, order, period } from "./calls-view.ts";
import { masked } from "./choices.ts";
import { now, serverTime } from "./clock.ts";
import { formatDuration, formatNumber } from "./format.ts";
import { isGlowing, rows } from "./listed-calls.ts";
import { link } from "./live.ts";
import { zone } from "./numbers.ts";
import { periodOf } from "./periods.ts";
import { filter, query } from "./route.ts";
import { current, first, last, useAnchor, useRowKeys, useViewport } from "./row-window.ts";
import { StateMark } from "./state-mark.tsx";
import { formatDateAndTime, formatTimeOfDay } from "./times.ts";
import { ROW_PX } from "./visible-rows.ts";
import { words } from "./words.ts";

const NONE = "–";

export function CallTable() {
  const all = rows.value;
  return all && all.length > 0 ? <List all={all} /> : <Empty read={all !== null} />;
}

/** Only what is seen is drawn, and a little more; the rest is room above and below. */
function List({ all }: { all: readonly Call[] }) {
  const section = useRef<HTMLElement>(null);
  useViewport(section);
  useAnchor(section, all);
  useRowKeys(section);
  const [from, to] = [first.value, last.value];
  const drawn = all.slice(from, to);
  const reached = drawn.some(({ aggregate_id }) => aggregate_id === current.value)
    ? current.value
    : drawn[0]?.aggregate_id;
  return (
    <section class="calls call-list" ref={section} tabIndex={-1}>
      <div style={{ paddingTop: `${from * ROW_PX}px`, paddingBottom: `${(all.length - to) * ROW_PX}px` }}>
        {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows are moved through by keyboard, as in a grid */}
        <table role="grid" aria-rowcount={all.length + 1} aria-label={words.pages.calls}>
          <Head />
          <tbody>
            {drawn.map((call, index) => (
              <Row
                key={call.aggregate_id}
                call={call}
                rowIndex={from + index + 2}
                isCurrent={call.aggregate_id === reached}
              />
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
        {words.columns[column]}
        <span aria-hidden="true">{isSorted ? (descending ? " ▾" : " ▴") : ""}</span>
      </button>
    </th>
  );
}

/** Calls of today have a time, those before a date, too. */
const today = computed(() => periodOf("today", now.value - (now.value % 60_000), zone.value).since!);

function Row({ call, rowIndex, isCurrent }: { call: Call; rowIndex: number; isCurrent: boolean }) {
  const number = (value: string | null) => (value ? formatNumber(value, masked.value) : NONE);
  const began = Date.parse(call.created_at);
  // two names of one animation in turn: it begins anew with each version
  const glow = isGlowing(call.aggregate_id) ? (call.version % 2 ? "glow" : "glow-again") : "";
  return (
    <CallRow
      call_id={call.aggregate_id}
      class={call.state === "FINISHED" ? `${glow} done` : glow}
      place={{ rowIndex, isCurrent }}
    >
      <td>
        <StateMark state={call.state} />
        {isPresumedLost(call, serverTime()) && <span class="soft"> {words.presumedLost}</span>}
      </td>
      <Text class="number" value={number(call.their_number)} />
      <Text class="number" value={number(call.our_number)} />
      <Text value={call.queue ?? NONE} />
      <Text value={call.actor ?? NONE} />
      <td class="began">{began >= today.value ? formatTimeOfDay(began) : formatDateAndTime(began)}</td>
      <td class="age">
        <Age call={call} />
      </td>
    </CallRow>
  );
}

/** Longer than any column: its end is told by pointing at it. */
const LONG = 20;

function Text({ value, class: name }: { value: string; class?: string }) {
  return (
    <td class={name} title={value.length > LONG ? value : undefined}>
      {value}
    </td>
  );
}

/** Its text alone changes each second, not the row; of a call that is over it never does. */
function Age({ call }: { call: Call }) {
  if (call.state === "FINISHED") return <>{formatDuration(ageOf(call, 0))}</>;
  return <Ticking call={call} />;
}

function Ticking({ call }: { call: Call }) {
  const text = useComputed(() => formatDuration(ageOf(call, now.value)));
  return <>{text}</>;
}

function Empty({ read }: { read: boolean }) {
  if (link.value.status === "connecting") return <p class="empty">{words.loading}</p>;
  if (link.value.status !== "live") return null;
  if (!read) return <p class="empty">{words.loading}</p>;
  if (query.value) return <EmptyPeriod why={words.nothingFound} />;
  if (filter.value) return <EmptyPeriod why={words.emptyState} />;
  if (period.value !== "all" && period.value !== "today")
    return <EmptyPeriod why={words.callsPage.emptyPeriod} />;
  return (
    <div class="empty">
      <p>{words.empty}</p>
      <p>
        {words.emptyHow} <code>npx -y pnpm simulate</code>
      </p>
      <AllPeriods />
    </div>
  );
}

/** It may be that there is something at another time. */
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
      {words.callsPage.showAll}
    </button>
  );
}
