import { useComputed } from "@preact/signals";
import { CallRow } from "./call-row.tsx";
import { ageOf, type Call, isPresumedLost, MAX_ROWS, rowsOf } from "./calls.ts";
import { masked } from "./choices.ts";
import { now, serverTime } from "./clock.ts";
import { formatDuration, formatNumber } from "./format.ts";
import { calls, link } from "./live.ts";
import { filter, query } from "./route.ts";
import { found } from "./search.ts";
import { StateMark } from "./state-mark.tsx";
import { words } from "./words.ts";

const NONE = "–";

export function CallTable() {
  const rows = rowsOf(query.value ? (found.value ?? new Map()) : calls.value);
  if (rows.length === 0) return <Empty />;
  const { state, from, to, queue, agent, age } = words.columns;
  return (
    <section class="calls">
      <table>
        <caption>{words.shown(rows.length, rows.length === MAX_ROWS)}</caption>
        <thead>
          <tr>
            {[state, from, to, queue, agent].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
            <th scope="col" class="age">
              {age}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((call) => (
            <Row key={call.aggregate_id} call={call} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ call }: { call: Call }) {
  const number = (value: string | null) => (value ? formatNumber(value, masked.value) : NONE);
  // two names of one animation in turn: it begins anew with each version
  const glow = call.version % 2 ? "glow" : "glow-again";
  return (
    <CallRow call_id={call.aggregate_id} class={call.state === "FINISHED" ? `${glow} done` : glow}>
      <td>
        <StateMark state={call.state} />
        {isPresumedLost(call, serverTime()) && <span class="soft"> {words.presumedLost}</span>}
      </td>
      <td class="number">{number(call.their_number)}</td>
      <td class="number">{number(call.our_number)}</td>
      <td>{call.queue ?? NONE}</td>
      <td>{call.actor ?? NONE}</td>
      <td class="age">
        <Age call={call} />
      </td>
    </CallRow>
  );
}

/** Its text alone changes each second, not the row. */
export function Age({ call }: { call: Call }) {
  const text = useComputed(() => formatDuration(ageOf(call, now.value)));
  return <>{text}</>;
}

function Empty() {
  if (link.value.status === "connecting") return <p class="empty">{words.loading}</p>;
  if (link.value.status !== "live") return null;
  if (query.value) return <p class="empty">{found.value ? words.nothingFound : words.loading}</p>;
  if (filter.value) return <p class="empty">{words.emptyState}</p>;
  return (
    <div class="empty">
      <p>{words.empty}</p>
      <p>
        {words.emptyHow} <code>npx -y pnpm simulate</code>
      </p>
    </div>
  );
}
