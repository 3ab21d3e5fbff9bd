import { signal } from "@preact/signals";
import "./queues-page.css";
import { formatMean, formatShare } from "./format.ts";
import { Link } from "./link.tsx";
import { link } from "./live.ts";
import { Empty, longestWait, urgencyOfQueue } from "./live-page.tsx";
import { report } from "./numbers.ts";
import { QueueCharts } from "./queue-charts.tsx";
import { queueDay } from "./queue-day.ts";
import { BY_QUEUE, COLUMNS, type Column, orderAfter, sortQueues } from "./queue-sort.ts";
import type { QueueNumbers, Report } from "./reports.ts";
import { go, queue } from "./route.ts";
import { Since } from "./since.tsx";
import { words } from "./words.ts";

const NONE = "–";

const order = signal(BY_QUEUE);

/** Every number of today of every queue, and how the day of one of them, or of all, has gone so far. */
export function QueuesPage() {
  const numbers = report.value;
  if (!numbers) return link.value.status === "lost" ? null : <p class="empty">{words.loading}</p>;
  if (numbers.queues.length === 0) return <Empty />;
  return (
    <div class="queues-page">
      <QueueTable numbers={numbers} />
      <Day numbers={numbers} />
    </div>
  );
}

function QueueTable({ numbers: { total, queues } }: { numbers: Report }) {
  return (
    <section class="calls day-table" aria-label={words.queues}>
      <table>
        <caption>{words.queuesPage.today}</caption>
        <thead>
          <tr>
            <Heading by="queue" label={words.queueColumns.queue} />
            {COLUMNS.map((column) => (
              <Heading key={column} by={column} label={words.queuesPage.columns[column]} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Line
            name={words.queuesPage.allQueues}
            value={null}
            numbers={total}
            urgency={longestWait(queues).urgency}
          />
          {sortQueues(queues, order.value).map((row) => (
            <Line
              key={row.queue}
              name={row.queue ?? words.noQueue}
              called={row.name}
              value={row.queue ?? undefined}
              numbers={row}
              urgency={urgencyOfQueue(row)}
            />
          ))}
        </tbody>
      </table>
    </section>
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
      title={by === "queue" ? undefined : words.queuesPage.columnTips[by]}
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
  /** What is chosen by it: a queue, or all (null); undefined for the calls that were in none. */
  value: string | null | undefined;
  numbers: QueueNumbers;
  urgency: string;
};

function Line({ name, called, value, numbers, urgency }: LineProps) {
  const chosen = queue.value === value;
  const choose = (event: MouseEvent) => {
    // the link in it does so itself
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
      {COLUMNS.map((column) => (
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
    case "waiting_since":
      return numbers.waiting_since ? <Since since={numbers.waiting_since} /> : NONE;
    default:
      return numbers[column];
  }
}

/** The charts of the chosen queue, or of all. */
function Day({ numbers: { total, queues } }: { numbers: Report }) {
  // calls without a queue have a row, which is not that of all
  const row = queues.find((each) => queue.value !== null && each.queue === queue.value);
  const day = queueDay.value;
  const title = queue.value === null ? words.queuesPage.allQueues : words.queuesPage.dayOf(queue.value);
  return (
    <section class="day" aria-labelledby="day-heading">
      <h2 id="day-heading">
        {title} {row?.name && <span class="soft">{row.name}</span>}
      </h2>
      {typeof day === "string" && (
        <p class="empty">{day === "loading" ? words.loading : words.queuesPage.unreadable}</p>
      )}
      {typeof day === "object" && queue.value !== null && !row && (
        <p class="empty">{words.queuesPage.unknown}</p>
      )}
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
