import { Unavailable } from "@teravoz/domain";
import type { OutgoingRecord, Publisher } from "@teravoz/kafka";
import kafkajs from "kafkajs";

/** Replaces ingest's publisher by a plain producer of kafkajs that considers a record written when `send` resolves. */
export async function openPlainProducer({
  acks,
  retries,
}: {
  acks: number;
  retries: number;
}): Promise<(publisher: Publisher) => Publisher> {
  const kafka = new kafkajs.Kafka({
    clientId: "teravoz-ingest",
    brokers: process.env.KAFKA_BROKERS!.split(","),
    logLevel: kafkajs.logLevel.NOTHING,
    requestTimeout: 2_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries },
  });
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const publish = async ({ topic, ...message }: OutgoingRecord): Promise<void> => {
    try {
      await producer.send({ topic, acks, messages: [message] });
    } catch (cause) {
      throw new Unavailable("not sent", { cause });
    }
  };
  return (publisher) => ({
    ...publisher,
    publish,
    check: () => ({ ok: true }),
    stop: async () => {
      await producer.disconnect();
      await publisher.stop();
    },
  });
}
