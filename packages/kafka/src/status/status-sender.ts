import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "@teravoz/domain";
import type { Log } from "@teravoz/runtime";
import kafkajs, { type Message, type Producer } from "kafkajs";
import type { KafkaClient } from "../client/client.ts";
import { withDeadline } from "../client/deadline.ts";
import { errorTypeOf } from "../client/kafkajs-answers.ts";

/**
 * A separate producer for statuses, which may be lost. A batch of events must neither fail because of the status topic
 * nor wait for it. It makes few tries, because the next status is newer.
 */
export type StatusSender = {
  /** Resolves to true if the status was acknowledged. Never rejects. The next status must be sent only after that. */
  send(message: Message): Promise<boolean>;
  /** Disconnects, and sends nothing from then on. Resolves within CLOSE_MS. */
  close(): Promise<void>;
};

const DEADLINE_MS = 5_000;
const CLOSE_MS = 500;

type Line = { producer: Producer; connected: Promise<void>; wanted: boolean };

export function createStatusSender({
  client,
  topic,
  log,
}: {
  client: KafkaClient;
  topic: string;
  log: Log;
}): StatusSender {
  let line: Line | null = null;
  let closed = false;
  const drop = async () => {
    const ended = line;
    line = null;
    if (ended) await hangUp(ended);
  };
  return {
    async send(message) {
      if (closed) return false;
      line ??= dial(client);
      try {
        await withDeadline(deliver(line, topic, message), DEADLINE_MS);
        return true;
      } catch (err) {
        log.debug({ err }, "a status was not sent");
        await drop();
        return false;
      }
    },
    async close() {
      closed = true;
      await drop();
    },
  };
}

function dial(client: KafkaClient): Line {
  const line = { wanted: true } as Line;
  line.producer = client.open({ isWanted: () => line.wanted }).producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
  line.connected = line.producer.connect();
  return line;
}

async function deliver({ connected, producer }: Line, topic: string, message: Message): Promise<void> {
  await connected;
  // one copy is enough, because the next status follows in seconds
  const answers = await producer.send({ topic, acks: 1, messages: [message] });
  const failed = answers.find(({ errorCode }) => errorCode !== 0);
  if (failed) throw new Unavailable(`Kafka did not accept the status: ${errorTypeOf(failed.errorCode)}`);
}

/**
 * Disconnects. A connect in progress continues without being awaited, and may open a connection that must be closed
 * again.
 */
async function hangUp(line: Line): Promise<void> {
  line.wanted = false;
  const end = () => line.producer.disconnect().catch(() => undefined);
  void line.connected.then(end, end);
  await Promise.race([end(), sleep(CLOSE_MS, undefined, { ref: false })]);
}
