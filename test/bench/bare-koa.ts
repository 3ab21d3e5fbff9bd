import Koa from "koa";

/**
 * The least that a webhook in Koa can do: read the body, parse it, answer 200. It is a separate process, as ingest is.
 */
const app = new Koa();
app.use(async (ctx) => {
  const chunks: Buffer[] = [];
  for await (const chunk of ctx.req) chunks.push(chunk);
  const event = JSON.parse(Buffer.concat(chunks).toString());
  ctx.body = { status: "ok", data: { event } };
});
const server = app.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`);
});
