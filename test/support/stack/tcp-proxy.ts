import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type TcpProxy = {
  /** The port on 127.0.0.1 to connect to instead of the target. */
  port: number;
  /** Simulates a dead target: resets open connections and refuses new ones at once. */
  cut(): void;
  /**
   * Simulates a network that drops everything, or only the flows that `drops` selects. Connections stay open,
   * and neither side sees an end.
   */
  hang(drops?: Drops): void;
  /** Delays every chunk by this time in each direction. */
  slow(delayMs: number): void;
  /** Ends all faults, and passes on the chunks that were held. */
  heal(): void;
  close(): Promise<void>;
};

/** One direction of one connection. `clientPort` is the port on the client's side. */
export type Flow = { way: "to target" | "from target"; clientPort: number };
export type Drops = (flow: Flow) => boolean;

type Options = {
  /** The target is a Kafka broker on 127.0.0.1. Its own port is replaced by the proxy's in its answers. */
  kafka?: boolean;
};

type Hold = { drops: Drops; over: Promise<void>; release(): void };
type ProxyState = { whole: boolean; delayMs: number; hold: Hold | null };

/**
 * Opens a link between clients and `target` that can be cut, held and slowed. Reads `target` at each
 * connection.
 */
export async function openProxy(
  target: { host: string; port: number },
  { kafka = false }: Options = {},
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const link: ProxyState = { whole: true, delayMs: 0, hold: null };
  const server = createServer((client) => {
    keep(client, sockets);
    if (!link.whole) return void client.resetAndDestroy();
    const upstream = keep(connect(target.port, target.host), sockets);
    const clientPort = client.remotePort ?? 0;
    const rename = kafka ? createRenamer(target.port, portOf(server)) : undefined;
    forward(link, { way: "to target", clientPort }, { from: client, to: upstream });
    forward(link, { way: "from target", clientPort }, { from: upstream, to: client, change: rename });
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
    hang: (drops = () => true) => hold(link, drops),
    slow: (delayMs) => {
      link.delayMs = delayMs;
    },
    heal: () => {
      const { hold } = link;
      Object.assign(link, { whole: true, delayMs: 0, hold: null });
      hold?.release();
    },
    close: () => {
      link.hold?.release();
      return closeServer(server, cut);
    },
  };
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function keep(socket: Socket, sockets: Set<Socket>): Socket {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  // a reset is intended here; `forward` ends the other half
  socket.on("error", () => {});
  return socket;
}

function hold(link: ProxyState, drops: Drops): void {
  const { promise: over, resolve: release } = Promise.withResolvers<void>();
  link.hold ??= { drops, over, release };
}

type Ends = { from: Socket; to: Socket; change?: ((chunk: Buffer) => Buffer) | undefined };

/** Forwards one direction chunk by chunk, and an end too. */
function forward(link: ProxyState, flow: Flow, { from, to, change = (chunk) => chunk }: Ends): void {
  const passes = async () => {
    if (link.hold?.drops(flow)) await link.hold.over;
  };
  from.on("data", async (chunk) => {
    from.pause();
    if (link.delayMs > 0) await sleep(link.delayMs);
    await passes();
    const changed = change(chunk as Buffer);
    if (changed.length === 0) return void from.resume();
    to.write(changed, () => from.resume());
  });
  from.on("close", async (hadError) => {
    await passes();
    if (hadError) to.destroy();
    else to.end();
  });
}

/**
 * Returns a function that replaces the broker's address. Kafka's answers contain it as text, followed by the
 * port. An answer begins with its length. It is searched as a whole, since the address may be split over two
 * chunks.
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
