import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Returns the token of a request: Bearer, the password of Basic, or `?token=`. Null if there is none. */
export function presentedToken(request: Pick<IncomingMessage, "headers" | "url">): string | null {
  const [scheme = "", credentials = ""] = (request.headers.authorization ?? "").split(" ", 2);
  if (scheme.toLowerCase() === "bearer") return credentials;
  if (scheme.toLowerCase() === "basic") return passwordOf(credentials);
  const query = request.url?.indexOf("?") ?? -1;
  return query < 0 ? null : new URLSearchParams(request.url?.slice(query)).get("token");
}

function passwordOf(credentials: string): string {
  const decoded = Buffer.from(credentials, "base64").toString();
  return decoded.slice(decoded.indexOf(":") + 1);
}

/**
 * Returns whether a token is accepted. Any token is accepted if none is required. Takes the same time for each wrong
 * token.
 */
export function isAccepted(presented: unknown, accepted: readonly string[] | null): boolean {
  if (accepted === null) return true;
  if (typeof presented !== "string") return false;
  const given = digest(presented);
  return accepted.map((token) => timingSafeEqual(digest(token), given)).includes(true);
}

const digest = (value: string) => createHash("sha256").update(value).digest();
