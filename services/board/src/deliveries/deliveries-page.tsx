import { DEAD_LETTER_STATUSES, DELIVERY_STATUSES } from "@teravoz/domain/deliveries";
import type { DeliveryRow, DeliveryStatus } from "@teravoz/protocol/client";
import { useEffect, useRef } from "preact/hooks";
import { SearchBox } from "../base/elements/search-box.tsx";
import { SimulatorHint } from "../base/elements/simulator-hint.tsx";
import { formatKey } from "../base/format.ts";
import { masked } from "../base/preferences.ts";
import { closeCall, go, openCall, query, selected, status } from "../base/route.ts";
import { connection } from "../base/socket.ts";
import { formatTimeOfDay } from "../base/times.ts";
import { words } from "../words.ts";
import { DeliveryDetails } from "./delivery-details.tsx";
import { DeliveryMark, DeliveryMarks, nameOf, noteOf } from "./delivery-mark.tsx";
import { openedDelivery } from "./opened-delivery.ts";
import { deliveries, limit, nextLimit } from "./read-deliveries.ts";
import { RedriveAll } from "./redrive-all.tsx";
import { RefusalsSection } from "./refusals-section.tsx";
import { deliveriesWords } from "./words.ts";

const NONE = "–";
/** The statuses of dead letters, which can be sent again. */
const REDRIVEN: readonly DeliveryStatus[] = DEAD_LETTER_STATUSES;

/** Every delivery to the webhook, and its result. */
export function DeliveriesPage() {
  const opened = useOpened();
  return (
    <div class={opened ? "deliveries-page split" : "deliveries-page"}>
      <Filters />
      <Table />
      {opened && <DeliveryDetails key={opened.id} delivery={opened} />}
      <RefusalsSection />
    </div>
  );
}

/** Returns the opened delivery in its current state, or in its last known state if it is no longer listed. */
function useOpened(): DeliveryRow | null {
  const last = useRef<DeliveryRow | null>(null);
  useEffect(
    () => () => {
      openedDelivery.value = null;
    },
    [],
  );
  const id = openedDelivery.value;
  const found = deliveries.value?.deliveries.find((each) => each.id === id);
  if (found) last.current = found;
  return last.current?.id === id ? last.current : null;
}

function Filters() {
  return (
    <div class="filters">
      {/* searches by the key of a call or of an agent */}
      <SearchBox label={deliveriesWords.search} go={(q) => go("deliveries", { status: status.value, q })} />
      <nav aria-label={deliveriesWords.filter}>
        {[null, ...DELIVERY_STATUSES].map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={status.value === each}
            onClick={() => go("deliveries", { status: each, q: query.value })}
          >
            {each ? <DeliveryMark status={each} /> : words.base.all}
          </button>
        ))}
      </nav>
      {status.value && REDRIVEN.includes(status.value) && <RedriveAll key={status.value} />}
    </div>
  );
}

function Table() {
  const report = deliveries.value;
  if (!report) return connection.value.status === "lost" ? null : <p class="empty">{words.base.loading}</p>;
  if (report.deliveries.length === 0) return <Empty more={report.more} />;
  const { received, status: state, event, key, answer, note } = deliveriesWords.columns;
  return (
    <section class="calls">
      <table>
        <caption>{deliveriesWords.shown(report.deliveries.length, report.more)}</caption>
        <thead>
          <tr>
            {[received, state, event, key].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
            <th scope="col" class="figure">
              {answer}
            </th>
            <th scope="col">{note}</th>
          </tr>
        </thead>
        <tbody>
          {report.deliveries.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} />
          ))}
        </tbody>
      </table>
      {report.more && <More />}
    </section>
  );
}

function More() {
  const next = nextLimit();
  if (next === undefined) return <p class="soft more">{deliveriesWords.noMore}</p>;
  return (
    <p class="next-page">
      <button
        type="button"
        onClick={() => {
          limit.value = next;
        }}
      >
        {deliveriesWords.more}
      </button>
    </p>
  );
}

/** A row opens the call of the delivery. A delivery without a call opens its own details. */
function Row({ delivery }: { delivery: DeliveryRow }) {
  const { id, kind, key, type, received_at, answer, redeliveries } = delivery;
  const isChosen = kind === "call" ? selected.value === key : openedDelivery.value === id;
  // two names of one animation alternate, so that it starts again with each redelivery
  const glow = redeliveries % 2 ? "glow" : "glow-again";
  const open = () => {
    if (kind === "call" && key) openCall(key);
    else if (selected.peek()) closeCall();
    openedDelivery.value = kind === "call" ? null : id;
  };
  return (
    <tr
      class={isChosen ? `${glow} chosen` : glow}
      tabIndex={0}
      onClick={open}
      onKeyDown={(event) => event.key === "Enter" && open()}
    >
      <td class="number">{formatTimeOfDay(Date.parse(received_at))}</td>
      <td>
        <DeliveryMarks delivery={delivery} />
      </td>
      <td>{nameOf(type)}</td>
      <td>{kind === "call" ? key : key ? formatKey(key, masked.value) : NONE}</td>
      <td class="figure">{answer}</td>
      <td>{noteOf(delivery)}</td>
    </tr>
  );
}

function Empty({ more }: { more: boolean }) {
  const { empty, nothing, nothingYet } = deliveriesWords;
  if (more)
    return (
      <div class="empty">
        <p>{nothingYet}</p>
        <More />
      </div>
    );
  if (status.value || query.value) return <p class="empty">{nothing}</p>;
  return (
    <div class="empty">
      <p>{empty}</p>
      <SimulatorHint />
    </div>
  );
}
