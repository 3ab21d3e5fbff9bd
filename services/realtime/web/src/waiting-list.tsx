import { useComputed } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { CallRow } from "./call-row.tsx";
import { theirNumber, type Waiter, waitersOf } from "./calls.ts";
import { masked } from "./choices.ts";
import { serverTime } from "./clock.ts";
import { formatNumber } from "./format.ts";
import { calls, link } from "./live.ts";
import { MoreRows } from "./more-rows.tsx";
import type { QueueRow } from "./reports.ts";
import { boardNow, past, rewound } from "./rewind.ts";
import { Scrolled } from "./scrolled.tsx";
import { Since } from "./since.tsx";
import { measureRoom, rowsShown } from "./tv-room.ts";
import { urgencyOf } from "./urgency.ts";
import { words } from "./words.ts";

const NONE = "–";
const USUAL_PROMISE_MS = 20_000;
/** More rows than this are nothing to watch. */
const MAX_WAITERS = 50;

/** Everybody who waits, the longest wait first, each judged by the promise of their queue. */
export function WaitingList({ queues }: { queues: readonly QueueRow[] }) {
  const waiters = rewound.value ? waitersThen() : waitersOf(calls.value, serverTime());
  const count = rowsShown(waiters.length, MAX_WAITERS);
  const rows = new Map(queues.map((row) => [row.queue, row]));
  useLayoutEffect(() => measureRoom("waiting", waiters.length));
  return (
    <Scrolled class="calls waiting-list" label={words.states.WAITING}>
      <table>
        <caption>{words.states.WAITING}</caption>
        <thead hidden={waiters.length === 0}>
          <tr>
            {[words.livePage.wait, words.columns.queue, words.columns.from].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {waiters.slice(0, count).map(({ call, leg }) => (
            <WaiterLine
              key={`${call.aggregate_id} ${leg.entered_at}`}
              call={call}
              leg={leg}
              queueName={rows.get(leg.queue)?.name ?? null}
              promisedMs={rows.get(leg.queue)?.serviceLevelMs ?? USUAL_PROMISE_MS}
            />
          ))}
        </tbody>
      </table>
      <MoreRows
        count={waiters.length - count}
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

const waitersThen = (): Waiter[] =>
  (past.value?.waiting ?? []).map(({ aggregate_id, their_number, their_number_display, ...leg }) => ({
    call: { aggregate_id, their_number, their_number_display },
    leg,
  }));

type WaiterLineProps = Waiter & { queueName: string | null; promisedMs: number };

/** Its time and its colour change each second; where its wait is the same, nothing else is drawn again. */
function WaiterLine({ call, leg, queueName, promisedMs }: WaiterLineProps) {
  const urgency = useComputed(() => urgencyOf(boardNow.value - Date.parse(leg.entered_at), promisedMs));
  const number = theirNumber(call);
  return (
    <CallRow call_id={call.aggregate_id}>
      <td class={urgency}>
        <Since since={leg.entered_at} />
      </td>
      <td title={[leg.queue, queueName].filter(Boolean).join(" ")}>
        {leg.queue ?? NONE} {queueName && <span class="soft">{queueName}</span>}
      </td>
      <td class="number">{number ? formatNumber(number, masked.value) : NONE}</td>
    </CallRow>
  );
}
