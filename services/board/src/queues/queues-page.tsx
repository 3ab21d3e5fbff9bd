import { signal } from "@preact/signals";
import type { QueueNumbers, QueueReport } from "@teravoz/protocol/client";
import "./queues-page.css";
import { Link } from "../base/elements/link.tsx";
import { TableExport } from "../base/elements/table-export.tsx";
import { formatMean, formatShare } from "../base/format.ts";
import { go, queue } from "../base/route.ts";
import { connection } from "../base/socket.ts";
import { NoQueues } from "../live/no-queues.tsx";
import { highestUrgency, urgencyOfQueue } from "../live/queue-urgency.ts";
import { report } from "../reports/followed-reports.ts";
import { hasTraffic } from "../reports/traffic.ts";
import { Since } from "../rewind/since.tsx";
import { words } from "../words.ts";
import { QueueCharts } from "./queue-charts.tsx";
import { queueDay } from "./queue-day.ts";
import { toQueueCsv } from "./queue-file.ts";
import {
  BY_QUEUE,
  type Column,
  columnsFor,
  INBOUND_COLUMNS,
  numberIn,
  OUTBOUND_COLUMNS,
  orderAfter,
  sortQueues,
} from "./queue-sort.ts";
import { queuesWords } from "./words.ts";

const NONE = "–";

const order = signal(BY_QUEUE);

/** Today's numbers of every queue, and the charts of one queue or of all queues. */
export function QueuesPage() {
  const numbers = report.value;
  if (!numbers) return connection.value.status === "lost" ? null : <p class="empty">{words.base.loading}</p>;
  if (numbers.queues.length === 0) return <NoQueues />;
  return (
    <div class="queues-page">
      <QueueTable numbers={numbers} />
      <Day numbers={numbers} />
    </div>
  );
}

function QueueTable({ numbers: { total, queues } }: { numbers: QueueReport }) {
  const columns = columnsFor(total);
  return (
    <section
      class={columns.length > INBOUND_COLUMNS.length ? "calls day-table wide" : "calls day-table"}
      aria-label={words.live.queues}
    >
      <table>
        <caption>
          {queuesWords.today} <Internal numbers={total} /> <Export numbers={{ total, queues }} />
        </caption>
        <thead>
          {columns.length > INBOUND_COLUMNS.length && <Kinds />}
          <tr>
            <Heading by="queue" label={words.live.queueColumns.queue} />
            {columns.map((column) => (
              <Heading key={column} by={column} label={queuesWords.columns[column]} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Line
            name={queuesWords.allQueues}
            value={null}
            columns={columns}
            numbers={total}
            urgency={highestUrgency(queues)}
          />
          {sortQueues(queues, order.value).map((row) => (
            <Line
              key={row.queue}
              name={row.queue ?? words.base.noQueue}
              called={row.name}
              value={row.queue ?? undefined}
              columns={columns}
              numbers={row}
              urgency={urgencyOfQueue(row)}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The headings above the columns of inbound and of outbound calls. */
function Kinds() {
  return (
    <tr class="kinds">
      <td />
      <th scope="colgroup" colSpan={INBOUND_COLUMNS.length}>
        {queuesWords.inbound}
      </th>
      <th scope="colgroup" colSpan={OUTBOUND_COLUMNS.length}>
        {queuesWords.outbound}
      </th>
    </tr>
  );
}

function Internal({ numbers: { internal } }: { numbers: QueueNumbers }) {
  if (!hasTraffic(internal)) return null;
  const { placed, connected, dropped, mean_talk_ms } = internal;
  return (
    <span class="soft"> · {queuesWords.internal(placed, connected, dropped, formatMean(mean_talk_ms))}</span>
  );
}

function Export({ numbers: { total, queues } }: { numbers: Pick<QueueReport, "total" | "queues"> }) {
  const names = { total: queuesWords.allQueues, none: words.base.noQueue };
  return (
    <TableExport
      name="queues"
      write={(manner) =>
        toQueueCsv({ total, queues: sortQueues(queues, order.peek()) }, { ...manner, names })
      }
    />
  );
}

function Heading({ by, label }: { by: Column | "queue"; label: string }) {
  const { descending, by: sorted } = order.value;
  const mine = sorted === by;
  const sort = () => {
    order.value = orderAfter(order.peek(), by);
  };
  return (
    <th
      scope="col"
      class={by === "queue" ? "" : "figure"}
      title={by === "queue" ? undefined : queuesWords.columnTips[by]}
      aria-sort={mine ? (descending ? "descending" : "ascending") : undefined}
    >
      <button type="button" onClick={sort}>
        {label}
        <span aria-hidden="true">{mine ? (descending ? " ▾" : " ▴") : ""}</span>
      </button>
    </th>
  );
}

type LineProps = {
  name: string;
  called?: string | null;
  /** The queue that a click on the row chooses, or all (null); undefined for calls without a queue. */
  value: string | null | undefined;
  columns: readonly Column[];
  numbers: QueueNumbers;
  urgency: string;
};

function Line({ name, called, value, columns, numbers, urgency }: LineProps) {
  const chosen = queue.value === value;
  const choose = (event: MouseEvent) => {
    // the link has its own click handler
    if (value !== undefined && !(event.target as Element).closest("a")) go("queues", { queue: value });
  };
  return (
    <tr
      class={[value !== undefined && "choice", chosen && "chosen"].filter(Boolean).join(" ")}
      onClick={choose}
    >
      <th scope="row">
        {value === undefined ? (
          name
        ) : (
          <Link to="queues" view={{ queue: value }} current={chosen ? "true" : undefined}>
            {name}
          </Link>
        )}{" "}
        {called && <span class="soft">{called}</span>}
      </th>
      {columns.map((column) => (
        <td key={column} class={column === "waiting_since" ? `figure ${urgency}` : "figure"}>
          <Cell column={column} numbers={numbers} />
        </td>
      ))}
    </tr>
  );
}

function Cell({ column, numbers }: { column: Column; numbers: QueueNumbers }) {
  switch (column) {
    case "service_level":
      return formatShare(numbers.service_level);
    case "mean_wait_ms":
    case "p90_wait_ms":
    case "mean_talk_ms":
      return formatMean(numbers[column]);
    case "outbound_mean_talk_ms":
      return formatMean(numbers.outbound.mean_talk_ms);
    case "waiting_since":
      return numbers.waiting_since ? <Since since={numbers.waiting_since} /> : NONE;
    default:
      return numberIn(column, numbers);
  }
}

/** The charts of the chosen queue, or of all queues. */
function Day({ numbers: { total, queues } }: { numbers: QueueReport }) {
  // the row of calls without a queue (null) is not the row of all queues
  const row = queues.find((each) => queue.value !== null && each.queue === queue.value);
  const day = queueDay.value;
  const title = queue.value === null ? queuesWords.allQueues : queuesWords.dayOf(queue.value);
  return (
    <section class="day" aria-labelledby="day-heading">
      <h2 id="day-heading">
        {title} {row?.name && <span class="soft">{row.name}</span>}
      </h2>
      {row?.queue && (
        <Link class="see-all" to="calls" view={{ visited: row.queue }}>
          {queuesWords.calls} →
        </Link>
      )}
      {typeof day === "string" && (
        <p class="empty">{day === "loading" ? words.base.loading : queuesWords.unreadable}</p>
      )}
      {typeof day === "object" && queue.value !== null && !row && <p class="empty">{queuesWords.unknown}</p>}
      {typeof day === "object" && (queue.value === null || row) && (
        <QueueCharts
          key={queue.value}
          day={day}
          numbers={row ?? total}
          promisedMs={(row ? [row] : queues).map(({ serviceLevelMs }) => serviceLevelMs)}
        />
      )}
    </section>
  );
}
