import type { QueueReport, QueueRow, TrafficNumbers } from "@teravoz/protocol/client";
import { useLayoutEffect } from "preact/hooks";
import { Link } from "../base/elements/link.tsx";
import { Scrolled } from "../base/elements/scrolled.tsx";
import { formatMean, formatShare } from "../base/format.ts";
import { at, go, minutes, SLIDING_MINUTES } from "../base/route.ts";
import { connection } from "../base/socket.ts";
import { formatDateAndTime, formatShortDate, isToday } from "../base/times.ts";
import { hasTraffic, isInboundQueue } from "../reports/traffic.ts";
import { byUrgency } from "../reports/urgency.ts";
import { boardNow, boardReport, isAhead, rewound, seen } from "../rewind/rewind.ts";
import { Since } from "../rewind/since.tsx";
import { measureRoom, rowsShown } from "../tv/tv-room.ts";
import { words } from "../words.ts";
import { AgentsStrip } from "./agents-strip.tsx";
import { MoreRows } from "./more-rows.tsx";
import { NoQueues } from "./no-queues.tsx";
import { highestUrgency, urgencyOfQueue } from "./queue-urgency.ts";
import { WaitingList } from "./waiting-list.tsx";

/** Shown in place of an unknown number. */
const NONE = "–";
/**
 * The maximum number of rows, because people cannot watch more. They show the most urgent queues, and a line links to
 * the others.
 */
const MAX_QUEUES = 100;

/** The numbers that a supervisor needs at a glance: who waits, how long, and the results of today. */
export function LivePage() {
  const numbers = boardReport.value;
  if (isAhead.value) return <Ahead />;
  if (!numbers) return connection.value.status === "lost" ? null : <p class="empty">{words.base.loading}</p>;
  return (
    <div class="live-page">
      <Cards numbers={numbers} />
      <div class="columns">
        <Queues numbers={numbers} />
        <WaitingList queues={numbers.queues} />
      </div>
      <AgentsStrip />
    </div>
  );
}

/** Shown in place of the board for a moment in the future. */
function Ahead() {
  return (
    <div class="empty">
      <h1>{words.rewind.troubles.future}</h1>
      <p>{formatDateAndTime(at.value!)}</p>
      <Link to="live">● {words.rewind.backToLive}</Link>
    </div>
  );
}

function Cards({ numbers: { total, states, queues } }: { numbers: QueueReport }) {
  const period = minutes.value === null ? dayShown() : `(${words.live.lastMinutes(minutes.value)})`;
  return (
    <dl class="cards">
      <Card name={words.live.cards.waiting} tip={words.live.tips.waiting} value={total.waiting} />
      <div class={`card ${highestUrgency(queues)}`} title={words.live.tips.longest}>
        <dt>{words.live.cards.longest}</dt>
        <dd>{total.waiting_since ? <Since since={total.waiting_since} /> : NONE}</dd>
      </div>
      <Card name={words.live.cards.ongoing} tip={words.live.tips.ongoing} value={states.ONGOING} />
      <Card name={words.live.cards.free} tip={words.live.tips.free} value={total.free ?? NONE} />
      <Card
        name={`${words.live.cards.serviceLevel} ${period}`}
        tip={words.live.tips.serviceLevel}
        value={formatShare(total.service_level)}
      />
      <Card
        name={`${words.live.cards.abandoned} ${period}`}
        tip={words.live.tips.abandoned}
        value={total.abandoned}
      />
      <Outbound numbers={total.outbound} period={period} />
    </dl>
  );
}

/** "Today", or the date of the day that the rewound board shows. */
const dayShown = (): string =>
  !rewound.value || isToday(seen.value) ? words.live.today : formatShortDate(seen.value);

/** Outbound calls have their own numbers and are included in no other number here. */
function Outbound({ numbers, period }: { numbers: TrafficNumbers; period: string }) {
  if (!hasTraffic(numbers)) return null;
  return (
    <div class="card outbound" title={words.live.tips.outbound}>
      <dt>
        {words.live.cards.outbound} {period}
      </dt>
      <dd>
        {(["placed", "connected", "dropped"] as const).map((name) => (
          <span key={name}>
            <b>{numbers[name]}</b> {words.live.traffic[name]}
          </span>
        ))}
        <span>
          <b>{formatMean(numbers.mean_talk_ms)}</b> {words.live.traffic.mean_talk_ms}
        </span>
      </dd>
    </div>
  );
}

/** The choice of the window: today, or the last half hour. */
function Windows() {
  return (
    <nav class="windows" aria-label={words.base.window}>
      {[null, SLIDING_MINUTES].map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={minutes.value === each}
          onClick={() => go("live", { minutes: each, at: at.value })}
        >
          {each === null ? dayShown() : words.live.lastMinutes(each)}
        </button>
      ))}
    </nav>
  );
}

function Card({ name, tip, value }: { name: string; tip: string; value: string | number }) {
  return (
    <div class="card" title={tip}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Returns whether there was no call in the last day, or there is no queue to show yet today. */
const isEmpty = ({ queues, states, total }: QueueReport): boolean =>
  !hasTraffic(total.outbound) &&
  (Object.values(states).every((count) => count === 0) ||
    (queues.length === 0 && minutes.value === null && !rewound.value));

function Queues({ numbers }: { numbers: QueueReport }) {
  const queues = numbers.queues.filter(isInboundQueue);
  const { queue, waiting, longest, free, serviceLevel, meanWait, offered, abandoned } =
    words.live.queueColumns;
  const count = rowsShown(queues.length, MAX_QUEUES);
  useLayoutEffect(() => measureRoom("queues", queues.length));
  const columns: [string, string][] = [
    [waiting, words.live.tips.waiting],
    [longest, words.live.tips.longest],
    [free, words.live.tips.free],
    [serviceLevel, words.live.tips.serviceLevel],
    [meanWait, words.live.tips.meanWait],
    [offered, words.live.tips.offered],
    [abandoned, words.live.tips.abandoned],
  ];
  return (
    <Scrolled class="calls queues" label={words.live.queues}>
      <table>
        <caption>
          {words.live.queues} <Windows />
        </caption>
        <thead hidden={queues.length === 0}>
          <tr>
            <th scope="col">{queue}</th>
            {columns.map(([label, tip]) => (
              <th key={label} scope="col" class="figure" title={tip}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {mostUrgent(queues, count).map((row) => (
            <QueueLine key={row.queue} row={row} />
          ))}
        </tbody>
      </table>
      <MoreRows count={queues.length - count} say={words.live.moreQueues} to="queues" />
      {isEmpty(numbers) && <NoQueues />}
    </Scrolled>
  );
}

/** All queues in their order; if there are too many, the most urgent ones. */
const mostUrgent = (queues: readonly QueueRow[], count: number): readonly QueueRow[] =>
  queues.length > count ? queues.toSorted(byUrgency(boardNow.value)).slice(0, count) : queues;

function QueueLine({ row }: { row: QueueRow }) {
  return (
    <tr>
      <th scope="row" title={[row.queue, row.name].filter(Boolean).join(" ")}>
        {row.queue ?? words.base.noQueue} {row.name && <span class="soft">{row.name}</span>}
      </th>
      <td class="figure">{row.waiting}</td>
      <td class={`figure ${urgencyOfQueue(row)}`}>
        {row.waiting_since ? <Since since={row.waiting_since} /> : NONE}
      </td>
      <td class="figure">{row.free ?? NONE}</td>
      <td class="figure">{formatShare(row.service_level)}</td>
      <td class="figure">{formatMean(row.mean_wait_ms)}</td>
      <td class="figure">{row.offered}</td>
      <td class="figure">{row.abandoned}</td>
    </tr>
  );
}
