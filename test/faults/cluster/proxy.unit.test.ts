import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { openProxy, type TcpProxy } from "../../support/stack/tcp-proxy.ts";

const heard: string[] = [];
const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (data) => {
    heard.push(String(data));
    socket.write(`re: ${data}`);
  });
});
let proxy: TcpProxy;
let open: Socket[];

beforeEach(async () => {
  heard.length = 0;
  open = [];
  await once(server.listen(0, "127.0.0.1"), "listening");
  proxy = await openProxy({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const socket of open) socket.destroy();
  await proxy.close();
  server.close();
});

/** Opens a connection through the proxy, and collects its answers. */
async function openClient() {
  const socket = connect(proxy.port, "127.0.0.1");
  open.push(socket);
  const answers: string[] = [];
  socket.on("data", (data) => answers.push(String(data)));
  await once(socket, "connect");
  return { socket, answers, port: (socket.address() as AddressInfo).port };
}

test("a link that holds back answers passes requests on, and passes the answers on when it is healed", async () => {
  const { socket, answers } = await openClient();
  proxy.hang(({ way }) => way === "from target");
  socket.write("one");
  await eventually(() => expect(heard).toEqual(["one"]));
  expect(answers).toEqual([]);
  proxy.heal();
  await eventually(() => expect(answers).toEqual(["re: one"]));
});

test("a link that drops the connections of one client serves the others", async () => {
  const [lost, other] = [await openClient(), await openClient()];
  proxy.hang(({ clientPort }) => clientPort === lost.port);
  lost.socket.write("lost");
  other.socket.write("other");
  await eventually(() => expect(other.answers).toEqual(["re: other"]));
  expect(heard).toEqual(["other"]);
  proxy.heal();
  await eventually(() => expect(lost.answers).toEqual(["re: lost"]));
});
