import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export type TcpProxy = {
  /** Where to connect to instead of the target, on 127.0.0.1. */
  port: number;
  /** As if the target had died: open connections are reset, new ones refused at once. */
  cut(): void;
  heal(): void;
  close(): Promise<void>;
};

/** A link that can be cut, between a client and `target`. */
export async function openProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const link = { whole: true };
  const server = createServer((client) => {
    keep(client, sockets);
    if (!link.whole) return void client.resetAndDestroy();
    bridge(client, keep(connect(target.port, target.host), sockets));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    link.whole = false;
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    heal: () => {
      link.whole = true;
    },
    close: () => closeServer(server, cut),
  };
}

function keep(socket: Socket, sockets: Set<Socket>): Socket {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  // a reset is what the link is for; the other half is ended by bridge
  socket.on("error", () => {});
  return socket;
}

function bridge(client: Socket, server: Socket): void {
  client.pipe(server).pipe(client);
  client.on("close", () => server.destroy());
  server.on("close", () => client.destroy());
}

async function closeServer(server: Server, cut: () => void): Promise<void> {
  const closed = once(server, "close");
  server.close();
  cut();
  await closed;
}
