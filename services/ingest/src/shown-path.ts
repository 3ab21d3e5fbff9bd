/**
 * Words as people name paths: of letters, in camel case at most, with two digits at the end at most. A number, an id or a token is none.
 */
const WORD = /^(?:[A-Z]?[a-z]{1,15}(?:[A-Z][a-z]{2,15}){0,2}|[A-Z]{1,15})\d{0,2}$/;
const MAX_LENGTH = 32;
/** In place of a segment that is no word. */
const UNSHOWN = "…";

/** The first segment of a URL's path, where it is made of words and so can hold neither a number nor a secret. Never the query. */
export function shownPath(url = ""): string {
  const [segment = ""] = url.split(/[?#]/, 1)[0]!.split("/").filter(Boolean);
  const words = segment.split(/[-_.]/).filter(Boolean);
  const isShown = segment.length <= MAX_LENGTH && words.every((word) => WORD.test(word));
  return `/${isShown ? segment : UNSHOWN}`;
}
