/** Returns a pattern for a letter, plain or percent-encoded: the two are equivalent (RFC 3986, 6.2.2.2). */
const letterOrEscape = (letter: string): string => {
  const code = letter.charCodeAt(0).toString(16);
  return `(?:${letter}|%${code}|%${code.toUpperCase()})`;
};

/**
 * The webhook's path in every equivalent spelling. Some senders join a base address and a path with an extra slash, and
 * an event that is answered 404 is lost.
 */
export const WEBHOOK_PATH = new RegExp(`^/+${Array.from("webhook", letterOrEscape).join("")}/*$`);

/** Returns whether a request's URL, with or without a query, is the webhook's. */
export const isWebhook = (url = ""): boolean => WEBHOOK_PATH.test(url.split("?", 1)[0]!);
