import { type Abandoned, type QueuePromise, USUAL_PROMISE } from "@teravoz/domain/numbers";
import { formatTelephone } from "@teravoz/domain/telephone";
import { type Moment, msOf } from "@teravoz/domain/time";
import type { Call } from "@teravoz/protocol/client";
import type { ComponentChildren } from "preact";
import { CallRow } from "../base/elements/call-row.tsx";
import { SimulatorHint } from "../base/elements/simulator-hint.tsx";
import { formatDuration } from "../base/format.ts";
import { masked } from "../base/preferences.ts";
import { connection } from "../base/socket.ts";
import { formatDateAndTime, formatRecent } from "../base/times.ts";
import { Age } from "../calls/call-table.tsx";
import { joinNames } from "../calls/list/call-order.ts";
import { StateMark } from "../calls/state-mark.tsx";
import { telephone, telephoneWithPage } from "../calls/telephone.ts";
import { fromOf, presentAgents, queuesOf, toOf } from "../model/call.ts";
import { report } from "../reports/followed-reports.ts";
import { words } from "../words.ts";
import { findGaveUp, type NumberCalls, totalsOf } from "./number-calls.ts";
import { numberCalls, showOlder } from "./read-number.ts";
import { numberWords } from "./words.ts";
import "./number-page.css";

const NONE = "–";

/** All calls of one number in either direction, and whether the person was talked to after an abandon. */
export function NumberPage() {
  const shown = telephoneWithPage();
  if (!shown && telephone.value !== "unknown") return <NoNumber />;
  return (
    <div class="number-page">
      <h1>
        {numberWords.callsOf}{" "}
        <span class="number">{shown && formatTelephone(shown.display, masked.value)}</span>
      </h1>
      <Calls found={numberCalls.value} />
    </div>
  );
}

function NoNumber() {
  return (
    <div class="number-page">
      <h1>{words.base.pages.number}</h1>
      <p class="empty">{numberWords.noNumber}</p>
    </div>
  );
}

function Calls({ found }: { found: typeof numberCalls.value }) {
  if (found === "unreadable") return <p class="empty">{numberWords.unreadable}</p>;
  if (found === "loading")
    return connection.value.status === "lost" ? null : <p class="empty">{words.base.loading}</p>;
  if (found.calls.length === 0) return <NoCalls />;
  const gaveUp = findGaveUp(found.calls, promiseOf);
  return (
    <>
      <Sums found={found} gaveUp={gaveUp} />
      <Table found={found} gaveUp={gaveUp} />
    </>
  );
}

function NoCalls() {
  return (
    <div class="empty">
      <p>{numberWords.noCalls}</p>
      <SimulatorHint />
    </div>
  );
}

/** Returns the promise of a queue; a queue without a row today has the usual one. */
const promiseOf = (queue: string | null): QueuePromise =>
  report.value?.queues.find((each) => each.queue === queue) ?? USUAL_PROMISE;

const time = (moment: Moment | null): string => (moment ? formatDateAndTime(msOf(moment)) : NONE);

/** The totals of all calls of the number, or of the latest ones if there are older ones. */
function Sums({
  found: { calls, more },
  gaveUp,
}: {
  found: NumberCalls;
  gaveUp: ReadonlyMap<string, Abandoned>;
}) {
  const { totals, tips, ofLatest } = numberWords;
  const sums = totalsOf(calls);
  const [last] = [...gaveUp.values()].sort((one, other) => msOf(other.ended_at) - msOf(one.ended_at));
  return (
    <dl class="sums">
      <Sum name={totals.calls} note={more ? ofLatest(sums.calls) : undefined}>
        {more ? `${sums.calls}+` : sums.calls}
      </Sum>
      <Sum name={totals.answered} tip={tips.answered}>
        {sums.answered}
      </Sum>
      <Sum name={totals.abandoned} tip={tips.abandoned}>
        {sums.abandoned}
      </Sum>
      <Sum name={totals.talk} tip={tips.talk}>
        {formatDuration(sums.talkMs)}
      </Sum>
      <Sum name={totals.first}>{more ? NONE : time(sums.first)}</Sum>
      <Sum name={totals.last}>{time(sums.last)}</Sum>
      {last && (
        <Sum name={totals.returned} tip={tips.returned}>
          {time(last.ended_at)} · <Returned gaveUp={last} />
        </Sum>
      )}
    </dl>
  );
}

type SumProps = { name: string; tip?: string; note?: string | undefined; children: ComponentChildren };

function Sum({ name, tip, note, children }: SumProps) {
  return (
    <div title={tip}>
      <dt>{name}</dt>
      <dd>
        {children} {note && <small class="soft">{note}</small>}
      </dd>
    </div>
  );
}

function Returned({ gaveUp: { returned_at, short } }: { gaveUp: Abandoned }) {
  if (returned_at) return numberWords.returnedAt(time(returned_at));
  return short ? words.base.short : <span class="over">{numberWords.notReturned}</span>;
}

function Table({
  found: { calls, more },
  gaveUp,
}: {
  found: NumberCalls;
  gaveUp: ReadonlyMap<string, Abandoned>;
}) {
  const { state, from, to, queue, agent, age } = words.calls.columns;
  const { at, outcome } = numberWords;
  return (
    <section class="calls">
      <table>
        <caption>{numberWords.shown(calls.length, more)}</caption>
        <thead>
          <tr>
            {[at, state, from, to, queue, agent, outcome].map((label) => (
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
          {calls.map((call) => (
            <Row key={call.aggregate_id} call={call} gaveUp={gaveUp.get(call.aggregate_id)} />
          ))}
        </tbody>
      </table>
      {more && (
        <button type="button" class="older" onClick={showOlder}>
          {numberWords.more}
        </button>
      )}
    </section>
  );
}

function Row({ call, gaveUp }: { call: Call; gaveUp: Abandoned | undefined }) {
  const number = (value: string | null) => (value ? formatTelephone(value, masked.value) : NONE);
  return (
    <CallRow call_id={call.aggregate_id}>
      <td class="number">{time(call.began_at)}</td>
      <td>
        <StateMark state={call.state} isPlain={call.counted_as !== "inbound"} />
      </td>
      <td class="number">{number(fromOf(call).shown)}</td>
      <td class="number">{number(toOf(call).shown)}</td>
      <td>{joinNames(queuesOf(call)) ?? NONE}</td>
      <td>{joinNames(presentAgents(call)) ?? NONE}</td>
      <td>
        {gaveUp && (
          <>
            {numberWords.gaveUp} ·{" "}
            {gaveUp.returned_at ? (
              `✓ ${formatRecent(msOf(gaveUp.returned_at))}`
            ) : (
              <Returned gaveUp={gaveUp} />
            )}
          </>
        )}
      </td>
      <td class="age">
        <Age call={call} />
      </td>
    </CallRow>
  );
}
