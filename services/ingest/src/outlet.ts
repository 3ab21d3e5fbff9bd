import type { Codec, Publisher, TopicNames } from "@teravoz/kafka";
import type { IngestPorts } from "./app.ts";

/** Where ingest's events and refusals go: the topics. Refusals may have a publisher of their own. */
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
      await publisher.publish({ topic, key: event.aggregate_id, value: await codec.encodeEvent(event) });
    },
    park: ({ body, key, reason, receivedAt }) => {
      const headers = { reason, service: "ingest", first_seen: receivedAt.toISOString() };
      return refusals.publish({ topic: topics.deadLetters, key, value: body, headers });
    },
  };
}
