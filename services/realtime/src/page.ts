import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { Problem } from "@teravoz/runtime";
import type { Context } from "koa";
import type Router from "koa-router";

type Compressed = () => Promise<Buffer>;
/** A file of the page. */
type Asset = { type: string; etag: string; plain: Buffer; br: Compressed; gzip: Compressed };

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Nothing inline, nothing from elsewhere; `connect-src 'self'` covers the socket of the same host. */
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** Where the page's own addresses are: all are the one page. */
const ADDRESSES = ["/", "/calls", "/agents", "/queues", "/abandoned", "/deliveries", "/system", "/number"];

/** Serves the built page; the data it shows asks for the token at the socket. */
export function addPage(router: Router, directory: string): void {
  const assets = loadAssets(directory);
  router.get(ADDRESSES, (ctx) => serve(ctx, assets.get("index.html"), "no-cache"));
  // the names hold a hash of the content: they never change
  router.get("/assets/:name", (ctx) =>
    serve(ctx, assets.get(`assets/${ctx.params.name}`), "public, max-age=31536000, immutable"),
  );
}

/** Only these files can be asked for: a name is looked up, never turned into a path. */
function loadAssets(directory: string): Map<string, Asset> {
  if (!existsSync(join(directory, "index.html"))) return new Map();
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const served = names.filter((name) => extname(name) in TYPES);
  return new Map(served.map((name) => [name, loadAsset(join(directory, name))]));
}

function loadAsset(path: string): Asset {
  const plain = readFileSync(path);
  const etag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
  const type = TYPES[extname(path)] ?? "application/octet-stream";
  return { type, etag, plain, br: once(brotliCompress, plain), gzip: once(gzip, plain) };
}

/**
 * Compresses when the first client asks for it, beside the event loop: the whole page takes a second of processor time, which a
 * start should not wait for.
 */
function once(compress: typeof gzip | typeof brotliCompress, plain: Buffer): Compressed {
  let compressed: Promise<Buffer> | undefined;
  return () => {
    compressed ??= promisify<Buffer, Buffer>(compress)(plain);
    return compressed;
  };
}

async function serve(ctx: Context, asset: Asset | undefined, cacheControl: string): Promise<void> {
  if (!asset) throw new Problem(404, [{ path: "", message: missing(ctx.path) }]);
  ctx.set({ ...HEADERS, ETag: asset.etag, "Cache-Control": cacheControl, Vary: "Accept-Encoding" });
  ctx.status = 200;
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
  ADDRESSES.includes(path) ? "the page is not built: run `vite build` in services/realtime" : "no such path";
