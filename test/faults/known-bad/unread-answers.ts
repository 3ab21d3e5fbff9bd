import { Unavailable } from "@teravoz/domain";
import { runIngest } from "@teravoz/ingest";
import type { OutgoingRecord, Publisher } from "@teravoz/kafka";
import kafkajs from "kafkajs";

const kafka = new kafkajs.Kafka({
  clientId: "teravoz-ingest",
  brokers: process.env.KAFKA_BROKERS!.split(","),
  logLevel: kafkajs.logLevel.NOTHING,
  requestTimeout: 2_000,
  enforceRequestTimeout: true,
  retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 12 },
});
const producer = kafka.producer({
  allowAutoTopicCreation: false,
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
});
await producer.connect();

/** Takes a record for written when `send` resolves. The answer may hold the error of its partition. */
async function publish({ topic, ...message }: OutgoingRecord): Promise<void> {
  try {
    await producer.send({ topic, acks: -1, messages: [message] });
  } catch (cause) {
    throw new Unavailable("not sent", { cause });
  }
}

const unread = (publisher: Publisher): Publisher => ({
  publish,
  check: () => ({ ok: true }),
  stop: async () => {
    await producer.disconnect();
    await publisher.stop();
  },
});

await runIngest({ publisher: unread });
