import type { IncomingMessage } from "node:http";
import { isAccepted, presentedToken } from "@teravoz/runtime";

/** Who may connect: the tokens (null = anybody) and the origins of pages (null = those of the same host). */
export type Admission = { tokens: readonly string[] | null; origins: readonly string[] | null };

/** The same at an instance, with how many may come now: asked once for each that comes. */
export type Doors = Admission & { mayCome: () => boolean };

/**
 * Whether the page a browser connects from may do so. What is no browser sends no Origin and is not held up here;
 * browsers always do, and do not apply CORS to WebSockets.
 */
export function isOriginAllowed(
  { headers }: Pick<IncomingMessage, "headers">,
  { origins }: Admission,
): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (origins) return origins.includes(origin);
  const page = URL.parse(origin);
  // no browser sends more than scheme, host and port: whoever does is none, and forges
  return page !== null && page.origin === origin && page.host === host?.toLowerCase();
}

/** Whether a handshake carries a token: socket.io's `auth.token` where given, else the request's own. */
export function isTokenAccepted(
  request: Pick<IncomingMessage, "headers" | "url">,
  { tokens }: Admission,
  authToken?: unknown,
): boolean {
  return isAccepted(authToken ?? presentedToken(request), tokens);
}
