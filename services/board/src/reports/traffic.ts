import type { QueueRow, TrafficNumbers } from "@teravoz/protocol/client";

/** Returns whether calls of this kind began, were connected or dropped, or one of their talks ended. */
export const hasTraffic = ({ placed, connected, dropped, mean_talk_ms }: TrafficNumbers): boolean =>
  placed + connected + dropped > 0 || mean_talk_ms !== null;

/** Returns whether a queue takes inbound calls: it has some, the settings name it, or agents are logged in to it. */
export const isInboundQueue = (row: QueueRow): boolean =>
  row.offered + row.answered + row.abandoned + row.overflowed + row.waiting > 0 ||
  row.mean_talk_ms !== null ||
  row.name !== null ||
  row.free !== null ||
  !(hasTraffic(row.outbound) || hasTraffic(row.internal));
