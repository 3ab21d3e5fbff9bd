import { type Codec, deliveryHeader, type Publisher, type TopicNames } from "@teravoz/kafka";
import type { IngestPorts } from "./app.ts";

/** Publishes events and refusals to their topics. Refusals may have a separate publisher. */
export function createOutlet({
  codec,
  publisher,
  refusals = publisher,
  topics,
}: {
  codec: Codec;
  publisher: Publisher;
  refusals?: Publisher;
  topics: TopicNames;
}): Pick<IngestPorts, "publish" | "park"> {
  return {
    publish: async (event) => {
      const topic = event.kind === "call" ? topics.callEvents : topics.agentEvents;
      const value = await codec.encodeEvent(event);
      const headers = deliveryHeader(event.delivery_id);
      await publisher.publish({ topic, key: event.aggregate_id, value, headers });
    },
    park: ({ body, key, reason, receivedAt, deliveryId }) => {
      const first_seen = receivedAt.toISOString();
      const headers = { reason, service: "ingest", first_seen, ...deliveryHeader(deliveryId) };
      return refusals.publish({ topic: topics.deadLetters, key, value: body, headers });
    },
  };
}
