import { useSignal, useSignalEffect } from "@preact/signals";
import type { DeliveryRow } from "@teravoz/protocol/client";
import { useEffect, useMemo } from "preact/hooks";
import { createPaced } from "../../base/paced.ts";
import { changed, connection } from "../../base/socket.ts";
import { formatTimeOfDay } from "../../base/times.ts";
import { DeliveryMarks, nameOf, noteOf } from "../../deliveries/delivery-mark.tsx";
import { readDeliveriesOf } from "../../deliveries/read-deliveries.ts";
import { words } from "../../words.ts";

/**
 * All deliveries of a call in the order of arrival: when each arrived, how often, and whether it was late,
 * overtaken or refused.
 */
export function CallDeliveries({ call_id }: { call_id: string }) {
  const all = useDeliveries(call_id);
  if (!all || all.length === 0) return null;
  return (
    <>
      <h3>{words.deliveries.ofCall(all.reduce((sum, { redeliveries }) => sum + 1 + redeliveries, 0))}</h3>
      <ol class="call-deliveries">
        {all.map((delivery) => (
          <li key={delivery.id}>
            <time>{formatTimeOfDay(Date.parse(delivery.received_at))}</time> {nameOf(delivery.type)}{" "}
            <DeliveryMarks delivery={delivery} /> <span class="soft">{noteOf(delivery)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Returns the deliveries of a call and reads them again after each change; null until the first answer. */
function useDeliveries(call_id: string): DeliveryRow[] | null {
  const shown = useSignal<DeliveryRow[] | null>(null);
  const reading = useMemo(
    () =>
      createPaced(async () => {
        const read = await readDeliveriesOf(call_id);
        if (read) shown.value = read;
        return read !== null;
      }),
    [],
  );
  useSignalEffect(() => {
    changed.value;
    if (connection.value.status === "live") reading.trigger();
  });
  useEffect(() => () => reading.stop(), []);
  return shown.value;
}
