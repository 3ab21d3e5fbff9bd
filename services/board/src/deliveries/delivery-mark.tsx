import type { DeliveryRow, DeliveryStatus } from "@teravoz/protocol/client";
import { nameOfEvent } from "../base/event-name.ts";
import { formatDuration } from "../base/format.ts";
import { words } from "../words.ts";

/** Shape, word and colour have the same meaning: a reader needs only one of them. */
const SHAPES: Record<DeliveryStatus, string> = {
  new: "✓",
  redelivered: "↻",
  late: "◔",
  "out-of-order": "⇅",
  "unknown-type": "?",
  refused: "✕",
  parked: "‖",
};

export function DeliveryMark({ status, times }: { status: DeliveryStatus; times?: number }) {
  return (
    <span class={`delivery ${status}`} title={words.deliveries.tips[status]}>
      <span class="shape" aria-hidden="true">
        {SHAPES[status]}
      </span>
      {times === undefined ? words.deliveries.statuses[status] : words.deliveries.redelivered(times)}
    </span>
  );
}

/** The marks of all statuses of a delivery. */
export function DeliveryMarks({ delivery: { statuses, redeliveries } }: { delivery: DeliveryRow }) {
  return (
    <>
      {statuses.map((status) => (
        <DeliveryMark
          key={status}
          status={status}
          {...(status === "redelivered" ? { times: redeliveries } : {})}
        />
      ))}
    </>
  );
}

export const nameOf = (type: string | null): string => (type === null ? "–" : nameOfEvent(type));

/** The details that a status does not show: how late, after which event, and the state of a dead letter. */
export function noteOf({
  statuses,
  received_at,
  occurred_at,
  overtaken_by,
  letter,
  redeliveries,
}: DeliveryRow): string {
  const { lateBy, after, letterStatuses, copies } = words.deliveries;
  const notes = [
    statuses.includes("late") && lateBy(formatDuration(Date.parse(received_at) - Date.parse(occurred_at!))),
    overtaken_by !== null && after(nameOf(overtaken_by)),
    letter && letterStatuses[letter.status],
    letter && redeliveries > 0 && copies(redeliveries + 1),
  ];
  return notes.filter(Boolean).join(" · ");
}
