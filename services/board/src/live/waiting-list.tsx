import { useComputed } from "@preact/signals";
import { isWaiting, listWaiting, USUAL_PROMISE } from "@teravoz/domain/numbers";
import { formatTelephone } from "@teravoz/domain/telephone";
import type { QueueRow, WaitingCaller } from "@teravoz/protocol/client";
import { useLayoutEffect } from "preact/hooks";
import { serverTime } from "../base/clock.ts";
import { CallRow } from "../base/elements/call-row.tsx";
import { Scrolled } from "../base/elements/scrolled.tsx";
import { masked } from "../base/preferences.ts";
import { connection } from "../base/socket.ts";
import { calls } from "../calls/list/followed-calls.ts";
import { storedForm, theirNumber } from "../model/call.ts";
import { urgencyOf } from "../reports/urgency.ts";
import { boardNow, past, rewound } from "../rewind/rewind.ts";
import { Since } from "../rewind/since.tsx";
import { measureRoom, rowsShown } from "../tv/tv-room.ts";
import { words } from "../words.ts";
import { MoreRows } from "./more-rows.tsx";

const NONE = "–";
/** The maximum number of rows that people can watch. */
const MAX_WAITERS = 50;

/** The waiting callers, the longest wait first; the promise of the queue decides how urgent a wait is. */
export function WaitingList({ queues }: { queues: readonly QueueRow[] }) {
  const waiters = rewound.value
    ? (past.value?.waiting ?? [])
    : listWaiting([...calls.value.values()].filter(isWaiting).map(storedForm), new Date(serverTime()));
  const count = rowsShown(waiters.length, MAX_WAITERS);
  const rows = new Map(queues.map((row) => [row.queue, row]));
  useLayoutEffect(() => measureRoom("waiting", waiters.length));
  return (
    <Scrolled class="calls waiting-list" label={words.calls.states.WAITING}>
      <table>
        <caption>{words.calls.states.WAITING}</caption>
        <thead hidden={waiters.length === 0}>
          <tr>
            {[words.live.wait, words.calls.columns.queue, words.calls.columns.from].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {waiters.slice(0, count).map((waiter) => (
            <WaiterLine
              key={`${waiter.aggregate_id} ${waiter.entered_at}`}
              waiter={waiter}
              queueName={rows.get(waiter.queue)?.name ?? null}
              promisedMs={rows.get(waiter.queue)?.serviceLevelMs ?? USUAL_PROMISE.serviceLevelMs}
            />
          ))}
        </tbody>
      </table>
      <MoreRows
        count={waiters.length - count}
        say={words.live.moreWaiting}
        to="calls"
        view={{ state: "WAITING" }}
      />
      {waiters.length === 0 && connection.value.status === "live" && (
        <p class="empty">{rewound.value ? words.rewind.nobodyWaited : words.live.nobodyWaits}</p>
      )}
    </Scrolled>
  );
}

type WaiterLineProps = { waiter: WaitingCaller; queueName: string | null; promisedMs: number };

/** A row of the list. Only the time and its colour are drawn again each second, as long as the row does not change. */
function WaiterLine({ waiter, queueName, promisedMs }: WaiterLineProps) {
  const { aggregate_id, queue, entered_at } = waiter;
  const urgency = useComputed(() => urgencyOf(boardNow.value - Date.parse(entered_at), promisedMs));
  const number = theirNumber(waiter);
  return (
    <CallRow call_id={aggregate_id}>
      <td class={urgency}>
        <Since since={entered_at} />
      </td>
      <td title={[queue, queueName].filter(Boolean).join(" ")}>
        {queue ?? NONE} {queueName && <span class="soft">{queueName}</span>}
      </td>
      <td class="number">{number ? formatTelephone(number, masked.value) : NONE}</td>
    </CallRow>
  );
}
