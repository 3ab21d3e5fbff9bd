import { once } from "node:events";
import { connect } from "node:net";

/** A partition as one broker knows it, with the ids of brokers. `leader` is -1 if there is none. */
export type PartitionState = {
  partition: number;
  leader: number;
  epoch: number;
  replicas: number[];
  inSync: number[];
};

/**
 * Asks one broker on 127.0.0.1 for the partitions of a topic. kafkajs has no call for this question and the two below,
 * or would ask another broker. They reject after two seconds, and with the broker's error.
 * https://kafka.apache.org/protocol.html
 */
export async function askPartitions(port: number, topic: string): Promise<PartitionState[]> {
  const answer = await ask(port, { key: 3, version: 7 }, [int32(1), text(topic), int8(0)]);
  answer.int32();
  answer.array(() => [answer.int32(), answer.text(), answer.int32(), answer.text()]);
  answer.text();
  answer.int32();
  const topics = answer.array(() => {
    answer.error();
    answer.text();
    answer.int8();
    return answer.array(() => readPartition(answer));
  });
  return topics.flat();
}

function readPartition(answer: Answer): PartitionState {
  // a partition without a leader has an error and all other fields
  answer.int16();
  const [partition, leader, epoch] = [answer.int32(), answer.int32(), answer.int32()];
  const [replicas, inSync] = [answer.array(answer.int32), answer.array(answer.int32)];
  answer.array(answer.int32);
  return { partition, leader, epoch, replicas, inSync };
}

/** Returns the id of the broker that coordinates a consumer group. */
export async function askCoordinator(port: number, groupId: string): Promise<number> {
  const answer = await ask(port, { key: 10, version: 1 }, [text(groupId), int8(0)]);
  answer.int32();
  answer.error();
  answer.text();
  return answer.int32();
}

/** Returns the id of the node that is the active controller. */
export async function askController(port: number): Promise<number> {
  const name = Buffer.from("__cluster_metadata");
  // a flexible version: lengths are sent plus one, and a zero means no tagged fields
  const topics = [int8(2), int8(name.length + 1), name, int8(2), int32(0), int8(0), int8(0), int8(0)];
  const answer = await ask(port, { key: 55, version: 0, flexible: true }, topics);
  answer.int8();
  answer.error();
  answer.int8();
  answer.skip(answer.int8() - 1);
  answer.int8();
  answer.int32();
  answer.error();
  return answer.int32();
}

type Request = { key: number; version: number; flexible?: boolean };

const PATIENCE_MS = 2_000;

async function ask(port: number, { key, version, flexible }: Request, body: Buffer[]): Promise<Answer> {
  const head = [int16(key), int16(version), int32(1), text("faults"), ...(flexible ? [int8(0)] : [])];
  const request = Buffer.concat([...head, ...body]);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect", { signal });
    socket.write(Buffer.concat([int32(request.length), request]));
    let read = Buffer.alloc(0);
    while (read.length < 4 || read.length < 4 + read.readInt32BE()) {
      const [chunk] = await once(socket, "data", { signal });
      read = Buffer.concat([read, chunk]);
    }
    // the fields begin after the length and the id of the request
    return readAnswer(read.subarray(8));
  } finally {
    socket.destroy();
  }
}

type Answer = ReturnType<typeof readAnswer>;

/** Reads an answer field by field. */
function readAnswer(bytes: Buffer) {
  let at = 0;
  const advance = (length: number) => {
    at += length;
    return at - length;
  };
  const int16 = () => bytes.readInt16BE(advance(2));
  const int32 = () => bytes.readInt32BE(advance(4));
  return {
    int8: () => bytes.readInt8(advance(1)),
    int16,
    int32,
    text: () => {
      const length = Math.max(0, int16());
      const start = advance(length);
      return bytes.toString("utf8", start, start + length);
    },
    array: <T>(readOne: () => T): T[] => Array.from({ length: int32() }, readOne),
    skip: (length: number) => void advance(length),
    error: () => {
      const code = int16();
      if (code !== 0) throw new Error(`the broker answered with error ${code}`);
    },
  };
}

function int8(value: number): Buffer {
  return Buffer.of(value);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
