import { type Event, parseWebhook, type ReadOccurrence } from "@teravoz/domain";
import { type Destination, type PartitionPublisher, partitionOf, type TopicNames } from "@teravoz/kafka";
import type { Check } from "@teravoz/runtime";
import type { Spooled } from "@teravoz/spool";
import type { Refusal } from "./app.ts";

/** The destination of an event or a refusal, and its state. */
export type Route = {
  /** A topic and its partition. */
  destination: string;
  /** Returns whether the brokers can be reached. */
  check(): Check;
  /** Returns false while the destination takes no records. */
  isOpen(): boolean;
};

export type Routes = { ofEvent(event: Event): Route; ofRefusal(refusal: Refusal): Route };

export function createRoutes({
  publisher,
  refusals,
  topics,
}: {
  publisher: PartitionPublisher;
  refusals: PartitionPublisher;
  topics: TopicNames;
}): Routes {
  return {
    ofEvent: ({ kind, aggregate_id: key }) =>
      routeTo(publisher, { topic: kind === "call" ? topics.callEvents : topics.agentEvents, key }),
    ofRefusal: ({ key }) => routeTo(refusals, { topic: topics.deadLetters, key }),
  };
}

function routeTo(publisher: PartitionPublisher, to: Destination): Route {
  return {
    // a record without a key goes to any partition of its topic
    destination: to.key === null ? to.topic : `${to.topic}:${partitionOf(to.key)}`,
    check: publisher.check,
    isOpen: () => publisher.takes(to),
  };
}

/** Parses a spooled body again with the time of its receipt. Returns the original event or refusal. */
export function readSpooled(
  { body, receivedAt, deliveryId }: Spooled,
  readOccurrence: ReadOccurrence,
): { event: Event } | { refusal: Refusal } {
  const parsed = parseWebhook(body, receivedAt, readOccurrence);
  if (parsed.outcome === "accepted")
    return { event: { ...parsed.event, ...(deliveryId && { delivery_id: deliveryId }) } };
  const key = parsed.outcome === "unprocessable" ? parsed.key : null;
  return { refusal: { body, key, reason: parsed.outcome, receivedAt, ...(deliveryId && { deliveryId }) } };
}
