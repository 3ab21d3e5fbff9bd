/**
 * A word as used in paths: letters, at most camel case, and at most two digits at the end. Numbers, ids and tokens do
 * not match.
 */
const WORD = /^(?:[A-Z]?[a-z]{1,15}(?:[A-Z][a-z]{2,15}){0,2}|[A-Z]{1,15})\d{0,2}$/;
const MAX_LENGTH = 32;
/** The text shown for a segment that is not made of words. */
const UNSHOWN = "…";

/**
 * Returns the first segment of a URL's path if it is made of words, so that it can contain neither a number nor a
 * secret. Never returns the query.
 */
export function shownPath(url = ""): string {
  const [segment = ""] = url.split(/[?#]/, 1)[0]!.split("/").filter(Boolean);
  const words = segment.split(/[-_.]/).filter(Boolean);
  const isShown = segment.length <= MAX_LENGTH && words.every((word) => WORD.test(word));
  return `/${isShown ? segment : UNSHOWN}`;
}
