import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { PAGE_ADDRESSES } from "@teravoz/protocol/addresses";
import { Problem } from "@teravoz/runtime";
import type { AnswerUnknown } from "@teravoz/runtime/http";
import type { Context } from "koa";
import type Router from "koa-router";

type Compressed = () => Promise<Buffer>;
/** A file of the board, with its compressed forms. */
type Asset = { type: string; etag: string; plain: Buffer; br: Compressed; gzip: Compressed };

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * The security headers of the page. The policy allows no inline code and no other host. `connect-src 'self'` includes
 * the socket of the same host.
 */
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** The addresses of the board's pages. All of them serve the same document. */
const ADDRESSES: string[] = Object.values(PAGE_ADDRESSES);

/**
 * Serves the built board without a token: only the socket, which sends the data, requires one. Returns the handler for
 * browsers at an unknown address: it answers 404 with the same document, which says that the address is unknown. The
 * document of a development server is marked as such.
 */
export function addPage(router: Router, directory: string, isDevelopment: boolean): AnswerUnknown {
  const assets = loadAssets(directory, isDevelopment);
  router.get(ADDRESSES, (ctx) => serve(ctx, assets.get("index.html"), "no-cache"));
  // a name contains a hash of the content, so the file never changes
  router.get("/assets/:name", (ctx) =>
    serve(ctx, assets.get(`assets/${ctx.params.name}`), "public, max-age=31536000, immutable"),
  );
  return async (ctx) => {
    const document = assets.get("index.html");
    if (!document || !isReading(ctx) || ctx.accepts("json", "html") !== "html") return false;
    await serve(ctx, document, "no-cache", 404);
    ctx.vary("Accept");
    return true;
  };
}

const isReading = ({ method }: Context): boolean => method === "GET" || method === "HEAD";

/** Loads the files by name. A request is looked up here by its name, and never becomes a path in the file system. */
function loadAssets(directory: string, isDevelopment: boolean): Map<string, Asset> {
  if (!existsSync(join(directory, "index.html"))) return new Map();
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const served = names.filter((name) => extname(name) in TYPES);
  return new Map(
    served.map((name) => {
      const content = readFileSync(join(directory, name));
      const isMarked = isDevelopment && name === "index.html";
      return [name, createAsset(name, isMarked ? markDevelopment(content) : content)];
    }),
  );
}

/** Marks the document for simulator-hint.tsx of the page. */
const markDevelopment = (document: Buffer): Buffer =>
  Buffer.from(document.toString().replace("<html ", '<html data-server="development" '));

function createAsset(name: string, plain: Buffer): Asset {
  const etag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
  const type = TYPES[extname(name)] ?? "application/octet-stream";
  return { type, etag, plain, br: once(brotliCompress, plain), gzip: once(gzip, plain) };
}

/**
 * Compresses a file outside the event loop when the first client asks for it. The whole board takes a second of
 * processor time, and the start does not wait for it.
 */
function once(compress: typeof gzip | typeof brotliCompress, plain: Buffer): Compressed {
  let compressed: Promise<Buffer> | undefined;
  return () => {
    compressed ??= promisify<Buffer, Buffer>(compress)(plain);
    return compressed;
  };
}

async function serve(
  ctx: Context,
  asset: Asset | undefined,
  cacheControl: string,
  status = 200,
): Promise<void> {
  if (!asset) throw new Problem(404, [{ path: "", message: missing(ctx.path) }]);
  ctx.set({ ...HEADERS, ETag: asset.etag, "Cache-Control": cacheControl, Vary: "Accept-Encoding" });
  ctx.status = status;
  ctx.type = asset.type;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  const encoding = ctx.acceptsEncodings("br", "gzip", "identity");
  if (encoding === "br" || encoding === "gzip") ctx.set("Content-Encoding", encoding);
  ctx.body = encoding === "br" || encoding === "gzip" ? await asset[encoding]() : asset.plain;
}

const missing = (path: string) =>
  ADDRESSES.includes(path) ? "the page is not built: run `vite build` in services/board" : "no such path";
