import { afterEach, expect, test } from "@jest/globals";
import { type RealtimeInProcess, startRealtime } from "../support/realtime-in-process.ts";
import { connectClient, TRANSPORTS } from "../support/socket-clients.ts";

const LISTED = "https://board.example";

let realtime: RealtimeInProcess;
afterEach(() => realtime.stop());

/** Origins of pages that are not ours, each near to one that is: `own` is the server's address. */
function forgedOrigins(own: string): string[] {
  const { host, hostname, port } = new URL(own);
  const hosts = [
    ...["evil.example", "localhost", "127.0.0.2", "0.0.0.0", "[::1]", "2130706433", "0x7f.1", "127.1"],
    ...[
      `${hostname}.evil.example`,
      `evil-${hostname}`,
      `${hostname}evil.example`,
      "board.example.evil.example",
    ],
    ...["evilboard.example", "board.example", "sub.board.example", "board.exampl", "xn--bard-55d.example"],
  ].flatMap((name) => [`http://${name}`, `https://${name}:${port}`]);
  const sameHost = [
    ...[
      `http://evil.example@${host}`,
      `http://${host}@evil.example`,
      `http://${host}/evil`,
      `http://${host}?evil`,
    ],
    ...[
      `http://${host}#evil`,
      `http://${host}/`,
      `http://${hostname}`,
      `http://${hostname}:${Number(port) + 1}`,
    ],
    ...[
      `http://${hostname}:${port}0`,
      `http://${host}, http://evil.example`,
      `HTTP://${host}`,
      `http:${host}`,
    ],
  ];
  const none = ["null", "file://", "about:blank", "data:text/html,x", "javascript:0", "chrome-extension://a"];
  return [...hosts, ...sameHost, ...none, "*", host, "nonsense", "//evil.example"];
}

test.each([
  ["where none is listed", undefined],
  ["where one is listed", [LISTED]],
])(
  "no page of a forged origin connects by any transport, %s",
  async (_name, origins) => {
    realtime = await startRealtime(origins ? { origins } : {});
    const forged = forgedOrigins(realtime.url).filter((origin) => origin !== LISTED);
    expect(forged.length).toBeGreaterThanOrEqual(50);
    for (const transport of TRANSPORTS) {
      const outcomes = await Promise.allSettled(
        forged.map((origin) => connectClient(transport, realtime.url, { origin })),
      );
      const connected = forged.filter((_, n) => outcomes[n]!.status === "fulfilled");
      expect({ transport, connected }).toEqual({ transport, connected: [] });
    }
    const own = origins ? LISTED : realtime.url;
    for (const transport of TRANSPORTS) {
      const client = await connectClient(transport, realtime.url, { origin: own });
      expect((await client.ask("ListCalls")).status).toBe("Ok");
      client.close();
    }
  },
  60_000,
);
