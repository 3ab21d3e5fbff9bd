import type { IncomingMessage } from "node:http";
import { isAccepted, presentedToken } from "@teravoz/runtime";

/** Who may connect: the tokens (null = anybody) and the origins of pages (null = those of the same host). */
export type Admission = {
  tokens: readonly string[] | null;
  origins: readonly string[] | null;
  /** The service listens on loopback only: without `origins`, pages of this machine may connect from any port. */
  isLocal: boolean;
};

/** The same at an instance, with what it counts: each is asked once for each client that comes. */
export type Doors = Admission & {
  mayCome: () => boolean;
  admits: OriginCheck;
  /** Whether all checks of this instance are ok. */
  isReady: () => Promise<boolean>;
};

/** A balancer that knows other instances sets it: an instance that is not ready then refuses, and the next one is asked. */
const ONLY_IF_READY = "x-only-if-ready";

/** Without the header a client comes to whatever there is, and is notified if its board is stale. */
export const isBetterElsewhere = async (
  { headers }: Pick<IncomingMessage, "headers">,
  { isReady }: Pick<Doors, "isReady">,
): Promise<boolean> => headers[ONLY_IF_READY] === "1" && !(await isReady());

type OriginCheck = (request: Pick<IncomingMessage, "headers">) => boolean;

/** `isOriginAllowed` that passes each refused origin on. */
export const createOriginCheck =
  (admission: Admission, onRefused: (origin: string) => void): OriginCheck =>
  (request) => {
    if (isOriginAllowed(request, admission)) return true;
    onRefused(request.headers.origin ?? "");
    return false;
  };

/**
 * Whether the page a browser connects from may do so. What is no browser sends no Origin and is not held up here;
 * browsers always do, and do not apply CORS to WebSockets.
 */
export function isOriginAllowed(
  { headers }: Pick<IncomingMessage, "headers">,
  { origins, isLocal }: Pick<Admission, "origins" | "isLocal">,
): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (origins) return origins.includes(origin);
  const page = URL.parse(origin);
  // no browser sends more than scheme, host and port: whoever does is none, and forges
  if (page === null || page.origin !== origin) return false;
  const own = URL.parse(`${page.protocol}//${host}`);
  if (own === null) return false;
  return hostOf(page) === hostOf(own) || (isLocal && isLoopback(page) && isLoopback(own));
}

/** Names of this machine, as browsers write them: the same host to whoever types one of them. */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

const isLoopback = ({ hostname }: URL): boolean => LOOPBACK.has(hostname);
const hostOf = (url: URL): string => `${isLoopback(url) ? "localhost" : url.hostname}:${url.port}`;

/** Whether only this machine reaches a service that listens on this address. */
export const isLoopbackAddress = (address: string): boolean =>
  /^(localhost|::1|127(\.\d{1,3}){3})$/.test(address);

/** Whether a handshake carries a token: socket.io's `auth.token` where given, else the request's own. */
export function isTokenAccepted(
  request: Pick<IncomingMessage, "headers" | "url">,
  { tokens }: Pick<Admission, "tokens">,
  authToken?: unknown,
): boolean {
  return isAccepted(authToken ?? presentedToken(request), tokens);
}
