import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "@teravoz/domain";
import type { Log } from "@teravoz/runtime";
import kafkajs, { type Message, type Producer } from "kafkajs";
import type { KafkaClient } from "./client.ts";
import { withDeadline } from "./deadline.ts";
import { errorTypeOf } from "./kafkajs-answers.ts";

/**
 * A producer of its own for what may be lost: a batch of events must not fail with the topic of statuses, nor wait for it. Few
 * tries: the next status is newer.
 */
export type StatusSender = {
  /** Whether it was acknowledged. Never rejects; who sends the next before that waits in vain. */
  send(message: Message): Promise<boolean>;
  /** Ends within the time given. */
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
  const drop = async () => {
    const ended = line;
    line = null;
    if (ended) await hangUp(ended);
  };
  return {
    async send(message) {
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
    close: drop,
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
  // one copy is enough: the next status follows in seconds
  const answers = await producer.send({ topic, acks: 1, messages: [message] });
  const failed = answers.find(({ errorCode }) => errorCode !== 0);
  if (failed) throw new Unavailable(`the status was not taken: ${errorTypeOf(failed.errorCode)}`);
}

/** A connect under way comes to its end unheard, and may open what must be closed again. */
async function hangUp(line: Line): Promise<void> {
  line.wanted = false;
  const end = () => line.producer.disconnect().catch(() => undefined);
  void line.connected.then(end, end);
  await Promise.race([end(), sleep(CLOSE_MS, undefined, { ref: false })]);
}
