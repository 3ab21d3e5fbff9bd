import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type TcpProxy = {
  /** Where to connect to instead of the target, on 127.0.0.1. */
  port: number;
  /** As if the target had died: open connections are reset, new ones refused at once. */
  cut(): void;
  /** As if the network dropped everything: connections stay open, nothing passes, nobody is told of an end. */
  hang(): void;
  /** Everything takes so long one way. */
  slow(delayMs: number): void;
  /** Whole again; what was held back passes. */
  heal(): void;
  close(): Promise<void>;
};

type Options = {
  /** The target is a Kafka broker on 127.0.0.1: where its answers name its own port they name the proxy's. */
  kafka?: boolean;
};

type Link = { whole: boolean; delayMs: number; held: Promise<void> | null; release(): void };

/** A link that can be cut, held and slowed, between a client and `target`. */
export async function openProxy(
  target: { host: string; port: number },
  { kafka = false }: Options = {},
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const link: Link = { whole: true, delayMs: 0, held: null, release: () => {} };
  const server = createServer((client) => {
    keep(client, sockets);
    if (!link.whole) return void client.resetAndDestroy();
    const upstream = keep(connect(target.port, target.host), sockets);
    forward(link, client, upstream);
    forward(link, upstream, client, kafka ? createRenamer(target.port, portOf(server)) : undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    link.whole = false;
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: portOf(server),
    cut,
    hang: () => hold(link),
    slow: (delayMs) => {
      link.delayMs = delayMs;
    },
    heal: () => {
      Object.assign(link, { whole: true, delayMs: 0, held: null });
      link.release();
    },
    close: () => {
      link.release();
      return closeServer(server, cut);
    },
  };
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function keep(socket: Socket, sockets: Set<Socket>): Socket {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  // a reset is what the link is for; the other half is ended by forward
  socket.on("error", () => {});
  return socket;
}

function hold(link: Link): void {
  link.held ??= new Promise((resolve) => {
    link.release = resolve;
  });
}

/** One direction, a chunk at a time; an end is passed on like all else. */
function forward(link: Link, from: Socket, to: Socket, change = (chunk: Buffer) => chunk): void {
  from.on("data", async (chunk) => {
    from.pause();
    if (link.delayMs > 0) await sleep(link.delayMs);
    await link.held;
    const changed = change(chunk as Buffer);
    if (changed.length === 0) return void from.resume();
    to.write(changed, () => from.resume());
  });
  from.on("close", async (hadError) => {
    await link.held;
    if (hadError) to.destroy();
    else to.end();
  });
}

/**
 * Kafka's answers say where its brokers are: as text, followed by the port. Answers begin with their length; one is looked at as
 * a whole, since what is searched for may lie across two chunks.
 */
function createRenamer(brokerPort: number, proxyPort: number): (chunk: Buffer) => Buffer {
  const [wanted, instead] = [placeOf(brokerPort), placeOf(proxyPort)];
  let waiting = Buffer.alloc(0);
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    const whole: Buffer[] = [];
    while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE()) {
      const end = 4 + waiting.readInt32BE();
      whole.push(rename(Buffer.from(waiting.subarray(0, end)), wanted, instead));
      waiting = waiting.subarray(end);
    }
    return Buffer.concat(whole);
  };
}

function placeOf(port: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(port);
  return Buffer.concat([Buffer.from("127.0.0.1"), bytes]);
}

function rename(answer: Buffer, wanted: Buffer, instead: Buffer): Buffer {
  for (let at = answer.indexOf(wanted); at >= 0; at = answer.indexOf(wanted, at + 1))
    instead.copy(answer, at);
  return answer;
}

async function closeServer(server: Server, cut: () => void): Promise<void> {
  const closed = once(server, "close");
  server.close();
  cut();
  await closed;
}
