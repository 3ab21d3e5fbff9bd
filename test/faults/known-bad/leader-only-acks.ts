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
  retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
});
const producer = kafka.producer({
  allowAutoTopicCreation: false,
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
});
await producer.connect();

const LEADER_ONLY = 1;

/** Takes a record for written when its leader alone has it. */
async function publish({ topic, ...message }: OutgoingRecord): Promise<void> {
  try {
    await producer.send({ topic, acks: LEADER_ONLY, messages: [message] });
  } catch (cause) {
    throw new Unavailable("not sent", { cause });
  }
}

await runIngest({
  publisher: (publisher: Publisher): Publisher => ({
    ...publisher,
    publish,
    check: () => ({ ok: true }),
    stop: async () => {
      await producer.disconnect();
      await publisher.stop();
    },
  }),
});
