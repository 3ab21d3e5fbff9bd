import { useComputed } from "@preact/signals";
import { AgentsStrip } from "./agents-strip.tsx";
import { CallRow } from "./call-row.tsx";
import { listWaiters, theirNumber, type Waiter } from "./calls.ts";
import { masked } from "./choices.ts";
import { serverTime } from "./clock.ts";
import { formatMean, formatNumber, formatShare } from "./format.ts";
import { Link } from "./link.tsx";
import { calls, link } from "./live.ts";
import type { QueueRow, Report, TrafficNumbers } from "./reports.ts";
import { boardNow, boardReport, past, rewound, seen } from "./rewind.ts";
import { at, go, minutes, type PageName, SLIDING_MINUTES, type View } from "./route.ts";
import { Scrolled } from "./scrolled.tsx";
import { Since } from "./since.tsx";
import { formatShortDate, isToday } from "./times.ts";
import { hasTraffic, isInboundQueue } from "./traffic.ts";
import { byUrgency, type Urgency, urgencyOf } from "./urgency.ts";
import { words } from "./words.ts";

/** Where a queue is not told. */
const NONE = "–";
const USUAL_PROMISE_MS = 20_000;
/** Rows of a table here: more is nothing to watch. What is urgent comes first, and it says how much more there is, and where. */
const MAX_QUEUES = 100;
const MAX_WAITERS = 50;

/** Everything a supervisor wants to know in a second: who waits, how long, and what became of the rest of today. */
export function LivePage() {
  const numbers = boardReport.value;
  if (!numbers) return link.value.status === "lost" ? null : <p class="empty">{words.loading}</p>;
  return (
    <div class="live-page">
      <Cards numbers={numbers} />
      <div class="columns">
        <Queues numbers={numbers} />
        <Waiting
          promises={new Map(numbers.queues.map(({ queue, serviceLevelMs }) => [queue, serviceLevelMs]))}
        />
      </div>
      <AgentsStrip />
    </div>
  );
}

function Cards({ numbers: { total, states, queues } }: { numbers: Report }) {
  const longest = longestWait(queues);
  const period = minutes.value === null ? dayShown() : `(${words.lastMinutes(minutes.value)})`;
  return (
    <dl class="cards">
      <Card name={words.cards.waiting} tip={words.tips.waiting} value={total.waiting} />
      <div class={`card ${longest.urgency}`} title={words.tips.longest}>
        <dt>{words.cards.longest}</dt>
        <dd>{total.waiting_since ? <Since since={total.waiting_since} /> : NONE}</dd>
      </div>
      <Card name={words.cards.ongoing} tip={words.tips.ongoing} value={states.ONGOING} />
      <Card name={words.cards.free} tip={words.tips.free} value={total.free ?? NONE} />
      <Card
        name={`${words.cards.serviceLevel} ${period}`}
        tip={words.tips.serviceLevel}
        value={formatShare(total.service_level)}
      />
      <Card name={`${words.cards.abandoned} ${period}`} tip={words.tips.abandoned} value={total.abandoned} />
      <Outbound numbers={total.outbound} period={period} />
    </dl>
  );
}

/** "Today" only if it is: the day of a moment of the past is named by its date. */
const dayShown = (): string =>
  !rewound.value || isToday(seen.value) ? words.today : formatShortDate(seen.value);

/** Outbound calls have numbers of their own: they are in no other one here. */
function Outbound({ numbers, period }: { numbers: TrafficNumbers; period: string }) {
  if (!hasTraffic(numbers)) return null;
  const { placed, connected, dropped, mean_talk_ms } = words.traffic;
  return (
    <div class="card outbound" title={words.tips.outbound}>
      <dt>
        {words.cards.outbound} {period}
      </dt>
      <dd>
        <b>{numbers.placed}</b> {placed} <b>{numbers.connected}</b> {connected} <b>{numbers.dropped}</b>{" "}
        {dropped} <b>{formatMean(numbers.mean_talk_ms)}</b> {mean_talk_ms}
      </dd>
    </div>
  );
}

/** The window of the numbers that are not of now: the day, or the last half hour. */
function Windows() {
  return (
    <nav class="windows" aria-label={words.window}>
      {[null, SLIDING_MINUTES].map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={minutes.value === each}
          onClick={() => go("live", { minutes: each, at: at.value })}
        >
          {each === null ? dayShown() : words.lastMinutes(each)}
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

/** The most urgent of all queues: each is judged by its own promise. */
export function longestWait(queues: readonly QueueRow[]): { urgency: Urgency } {
  const all = queues.map(urgencyOfQueue);
  return { urgency: all.find((each) => each === "over") ?? all.find((each) => each === "near") ?? "calm" };
}

export const urgencyOfQueue = ({ waiting_since, serviceLevelMs }: QueueRow): Urgency =>
  waiting_since ? urgencyOf(boardNow.value - Date.parse(waiting_since), serviceLevelMs) : "calm";

function Queues({ numbers: { queues: all, states, total } }: { numbers: Report }) {
  const queues = all.filter(isInboundQueue);
  const { queue, waiting, longest, free, serviceLevel, meanWait, offered, abandoned } = words.queueColumns;
  const columns: [string, string][] = [
    [waiting, words.tips.waiting],
    [longest, words.tips.longest],
    [free, words.tips.free],
    [serviceLevel, words.tips.serviceLevel],
    [meanWait, words.tips.meanWait],
    [offered, words.tips.offered],
    [abandoned, words.tips.abandoned],
  ];
  return (
    <Scrolled class="calls queues" label={words.queues}>
      <table>
        <caption>
          {words.queues} <Windows />
        </caption>
        <thead>
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
          {mostUrgent(queues).map((row) => (
            <QueueLine key={row.queue} row={row} />
          ))}
        </tbody>
      </table>
      <More count={queues.length - MAX_QUEUES} say={words.livePage.moreQueues} to="queues" />
      {Object.values(states).every((count) => count === 0) && !hasTraffic(total.outbound) && <Empty />}
    </Scrolled>
  );
}

/** All of them in their order, or of too many those that cannot wait. */
const mostUrgent = (queues: readonly QueueRow[]): readonly QueueRow[] =>
  queues.length > MAX_QUEUES ? queues.toSorted(byUrgency(boardNow.value)).slice(0, MAX_QUEUES) : queues;

/** The other pages are of now. */
function More(props: { count: number; say: (count: number) => string; to: PageName; view?: View }) {
  const { count, say, to, view = {} } = props;
  if (count <= 0) return null;
  const text = say(count);
  return (
    <p class="more soft">
      {rewound.value ? (
        text
      ) : (
        <Link to={to} view={view} class="quiet">
          {text}
        </Link>
      )}
    </p>
  );
}

function QueueLine({ row }: { row: QueueRow }) {
  return (
    <tr>
      <th scope="row" title={[row.queue, row.name].filter(Boolean).join(" ")}>
        {row.queue ?? words.noQueue} {row.name && <span class="soft">{row.name}</span>}
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

function Waiting({ promises }: { promises: ReadonlyMap<string | null, number> }) {
  const waiters = rewound.value ? (past.value?.waiting ?? []) : listWaiters(calls.value, serverTime());
  return (
    <Scrolled class="calls" label={words.states.WAITING}>
      <table>
        <caption>{words.states.WAITING}</caption>
        <thead class="unseen">
          <tr>
            {[words.cards.longest, words.columns.queue, words.columns.from].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {waiters.slice(0, MAX_WAITERS).map((waiter) => (
            <WaiterLine
              key={`${waiter.aggregate_id} ${waiter.entered_at}`}
              waiter={waiter}
              promisedMs={promises.get(waiter.queue) ?? USUAL_PROMISE_MS}
            />
          ))}
        </tbody>
      </table>
      <More
        count={waiters.length - MAX_WAITERS}
        say={words.livePage.moreWaiting}
        to="calls"
        view={{ state: "WAITING" }}
      />
      {waiters.length === 0 && link.value.status === "live" && (
        <p class="empty">{rewound.value ? words.rewind.nobodyWaited : words.nobodyWaits}</p>
      )}
    </Scrolled>
  );
}

/** Its time and its colour change each second; nothing else is drawn again while the wait is the same. */
function WaiterLine({ waiter, promisedMs }: { waiter: Waiter; promisedMs: number }) {
  const { aggregate_id, queue, entered_at } = waiter;
  const urgency = useComputed(() => urgencyOf(boardNow.value - Date.parse(entered_at), promisedMs));
  const number = theirNumber(waiter);
  return (
    <CallRow call_id={aggregate_id}>
      <td class={urgency}>
        <Since since={entered_at} />
      </td>
      <td title={queue ?? undefined}>{queue ?? NONE}</td>
      <td class="number">{number ? formatNumber(number, masked.value) : NONE}</td>
    </CallRow>
  );
}

export function Empty() {
  if (rewound.value) return <p class="empty">{words.rewind.noCalls}</p>;
  return (
    <div class="empty">
      <p>{words.noQueues}</p>
      <p>
        {words.emptyHow} <code>npx -y pnpm simulate</code>
      </p>
    </div>
  );
}
