/** A letter as it is or percent-encoded: the same to a server (RFC 3986, 6.2.2.2). */
const letterOrEscape = (deadLetter: string): string => {
  const code = deadLetter.charCodeAt(0).toString(16);
  return `(?:${deadLetter}|%${code}|%${code.toUpperCase()})`;
};

/**
 * The webhook's path in every spelling that means it. Senders join a base address and a path with a slash too many, and an
 * event that is answered 404 is lost.
 */
export const WEBHOOK_PATH = new RegExp(`^/+${Array.from("webhook", letterOrEscape).join("")}/*$`);

/** Whether a request's URL, with or without a query, is the webhook's. */
export const isWebhook = (url = ""): boolean => WEBHOOK_PATH.test(url.split("?", 1)[0]!);
