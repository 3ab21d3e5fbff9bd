import { createServer } from "node:http";
import { listen } from "@teravoz/runtime";

/** Opens a proxy for a registry. While it forgets, it answers that each schema id is unknown. */
export async function forgetfulRegistry(target: string) {
  const { origin, pathname } = new URL(target);
  const memory = { lost: false };
  const server = createServer(async (request, response) => {
    if (memory.lost && request.url!.includes("/schemas/ids/"))
      return void response.writeHead(404, { "Content-Type": "application/json" }).end('{"error_code":40403}');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = request.method === "GET" ? null : Buffer.concat(chunks);
    const type = request.headers["content-type"] ?? "application/json";
    const answer = await fetch(`${origin}${request.url}`, {
      method: request.method!,
      body,
      headers: { "Content-Type": type },
    });
    const text = await answer.text();
    response.writeHead(answer.status, { "Content-Type": answer.headers.get("content-type") ?? "" }).end(text);
  });
  const port = await listen(server, "127.0.0.1", 0);
  return {
    url: `http://127.0.0.1:${port}${pathname}`,
    forget: () => {
      memory.lost = true;
    },
    remember: () => {
      memory.lost = false;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
