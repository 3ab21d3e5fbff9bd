import type { IncomingMessage } from "node:http";
import { isAccepted, presentedToken } from "@teravoz/runtime";

/**
 * The clients that may connect: their tokens (null = any client) and the origins of their pages (null = those of the
 * same host).
 */
export type Admission = {
  tokens: readonly string[] | null;
  origins: readonly string[] | null;
  /**
   * True if the service listens on loopback only. Without `origins`, pages of this machine may then connect from any
   * port.
   */
  isLocal: boolean;
};

/** The admission of one instance, with its counters. `mayCome` and `admits` are called once for each new client. */
export type Doors = Admission & {
  mayCome: () => boolean;
  admits: OriginCheck;
  /** Returns whether all checks of this instance are ok. */
  isReady: () => Promise<boolean>;
};

/**
 * The header of a load balancer that knows other instances. With it, an instance that is not ready refuses, and the
 * balancer tries the next one.
 */
const ONLY_IF_READY = "x-only-if-ready";

/**
 * Returns whether the client is to try another instance. Without the header a client stays at this instance, which
 * notifies it if its board is stale.
 */
export const isBetterElsewhere = async (
  { headers }: Pick<IncomingMessage, "headers">,
  { isReady }: Pick<Doors, "isReady">,
): Promise<boolean> => headers[ONLY_IF_READY] === "1" && !(await isReady());

type OriginCheck = (request: Pick<IncomingMessage, "headers">) => boolean;

/** Creates `isOriginAllowed` with a callback for each refused origin. */
export const createOriginCheck =
  (admission: Admission, onRefused: (origin: string) => void): OriginCheck =>
  (request) => {
    if (isOriginAllowed(request, admission)) return true;
    onRefused(request.headers.origin ?? "");
    return false;
  };

/**
 * Returns whether the page that a browser connects from may do so. Other clients send no Origin and are allowed.
 * Browsers always send it, and do not apply CORS to WebSockets.
 */
export function isOriginAllowed(
  { headers }: Pick<IncomingMessage, "headers">,
  { origins, isLocal }: Pick<Admission, "origins" | "isLocal">,
): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (origins) return origins.includes(origin);
  const page = URL.parse(origin);
  // browsers send only scheme, host and port: any other value is forged
  if (page === null || page.origin !== origin) return false;
  const own = URL.parse(`${page.protocol}//${host}`);
  if (own === null) return false;
  return hostOf(page) === hostOf(own) || (isLocal && isLoopback(page) && isLoopback(own));
}

/** Names of this machine, as browsers write them. They all count as the same host. */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

const isLoopback = ({ hostname }: URL): boolean => LOOPBACK.has(hostname);
const hostOf = (url: URL): string => `${isLoopback(url) ? "localhost" : url.hostname}:${url.port}`;

/** Returns whether only this machine reaches a service that listens on this address. */
export const isLoopbackAddress = (address: string): boolean =>
  /^(localhost|::1|127(\.\d{1,3}){3})$/.test(address);

/** Returns whether a handshake has a valid token: socket.io's `auth.token` if given, else the request's own. */
export function isTokenAccepted(
  request: Pick<IncomingMessage, "headers" | "url">,
  { tokens }: Pick<Admission, "tokens">,
  authToken?: unknown,
): boolean {
  return isAccepted(authToken ?? presentedToken(request), tokens);
}
