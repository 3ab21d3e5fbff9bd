import { once } from "node:events";
import { connect, type Socket } from "node:net";

export type Answer = { status: number; headers: Record<string, string>; body: string };

export type RawConnection = {
  /** Resolves when the bytes are handed to the system, with false if the other side has closed. */
  send(bytes: string | Uint8Array): Promise<boolean>;
  /**
   * Reads the next answer. Rejects if the connection ends without one. `head` means that the answer has no
   * body.
   */
  answer(options?: { head?: boolean }): Promise<Answer>;
  closed: Promise<void>;
  /** Ends only this side of the connection. With `clings` the answers can still be read. */
  endSending(): void;
  close(): void;
  /** Resets the connection, as a sender that dies or gives up does. */
  reset(): void;
};

/**
 * Opens a raw HTTP connection: it sends exactly the given bytes, and splits the received bytes into answers.
 * With `clings` it does not end its side when the other one ends.
 */
export async function connectRaw(port: number, { clings = false } = {}): Promise<RawConnection> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: clings });
  await once(socket, "connect");
  // a reset is treated as the end
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  const received = { bytes: Buffer.alloc(0) };
  socket.on("data", (chunk) => {
    received.bytes = Buffer.concat([received.bytes, chunk]);
  });
  return {
    send: (bytes) => send(socket, bytes),
    answer: ({ head = false } = {}) => readAnswer(socket, received, head),
    closed,
    endSending: () => socket.end(),
    close: () => socket.destroy(),
    reset: () => socket.resetAndDestroy(),
  };
}

async function send(socket: Socket, bytes: string | Uint8Array): Promise<boolean> {
  if (!socket.writable) return false;
  if (!socket.write(bytes))
    await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => {});
  return socket.writable;
}

async function readAnswer(socket: Socket, received: { bytes: Buffer }, head: boolean): Promise<Answer> {
  for (;;) {
    const answer = cutAnswer(received, head);
    if (answer) return answer;
    if (socket.destroyed || socket.readableEnded) throw new Error("the connection ended without an answer");
    await Promise.race([once(socket, "data"), once(socket, "close"), once(socket, "end")]).catch(() => {});
  }
}

function cutAnswer(received: { bytes: Buffer }, head: boolean): Answer | null {
  const end = received.bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [start = "", ...lines] = received.bytes.subarray(0, end).toString().split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
  const length = head ? 0 : Number(headers["content-length"] ?? 0);
  const rest = received.bytes.subarray(end + 4);
  if (rest.length < length) return null;
  received.bytes = rest.subarray(length);
  return { status: Number(start.split(" ")[1]), headers, body: rest.subarray(0, length).toString() };
}

export type Request = {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
};

/**
 * The bytes of a request. Host, Content-Type and Content-Length are set unless `headers` overrides them; ""
 * omits one.
 */
export function requestBytes({
  method = "POST",
  path = "/webhook",
  headers = {},
  body = "",
}: Request): Buffer {
  const all = {
    Host: "localhost",
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === "" ? [] : [`${name}: ${value}\r\n`],
  );
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`),
    typeof body === "string" ? Buffer.from(body) : body,
  ]);
}

/** Sends one request on a new connection. */
export async function ask(port: number, request: Request): Promise<Answer> {
  const connection = await connectRaw(port);
  try {
    await connection.send(requestBytes(request));
    return await connection.answer({ head: request.method === "HEAD" });
  } finally {
    connection.close();
  }
}
