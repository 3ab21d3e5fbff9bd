import { roleOf } from "./telephone-keys.ts";

/** Texts that contain a telephone number. */
export type Written = { certain: string[]; possible: string[] };

/**
 * Finds telephone numbers in free text. A number is certain if it follows a plus, a `tel:` or a word like `fone`, if it
 * has the punctuation of telephone numbers, or if it is the value of a telephone parameter in the query of a URL. Bare
 * digits are possible. Ids in URLs, decimals and a punctuated CPF or CNPJ are never numbers.
 */
export function findWritten(text: string): Written {
  if (BARE.test(text)) return { certain: [], possible: [text] };
  const found: Written = { certain: [], possible: [] };
  let rest = text.normalize("NFKC").replace(/[\u2010-\u2015\u2212]/g, "-");
  const take = (pattern: RegExp, into: string[]) => {
    rest = rest.replace(pattern, (written: string, ...groups: unknown[]) => {
      into.push(typeof groups[0] === "string" ? groups[0] : written);
      return " ";
    });
  };
  rest = rest.replace(URL_TEXT, (url) => readUrl(url, found));
  rest = rest.replace(PAIR, (_, name: string, value: string) => readPair(found, name, value, "possible"));
  for (const pattern of CERTAIN) take(pattern, found.certain);
  for (const pattern of POSSIBLE) take(pattern, found.possible);
  return found;
}

/** Most values with digits match this pattern, so it is tested first. */
const BARE = /^\d{8,15}$/;

const URL_TEXT = /[a-z][a-z\d+.-]*:\/\/[^\s"'<>]+/gi;
/** A pair of a query or a form: `phone=5511987654321`. */
const PAIR = /(?<=^|[?&\s;])([a-z_][\w.[\]-]{0,63})=([^&#\s;]*)/gi;

/** A segment of a path is an id, unless it has a plus or the address belongs to a telephone service. */
function readUrl(url: string, found: Written): string {
  const [address = "", ...queries] = url.split(/[?#&]/);
  const path = decode(address.replace(/^[^/]*\/\/[^/]*/, ""));
  if (/^[^/]*\/\/(?:wa\.me|api\.whatsapp\.com|t\.me)\//i.test(address))
    found.certain.push(...(path.match(/\d{8,15}/g) ?? []));
  else found.certain.push(...(path.match(WITH_PLUS) ?? []));
  for (const query of queries) {
    const at = query.indexOf("=");
    if (at > 0) readPair(found, query.slice(0, at), query.slice(at + 1), "never");
  }
  return " ";
}

function readPair(found: Written, name: string, encoded: string, otherwise: "possible" | "never"): string {
  const value = decode(encoded);
  const role = roleOf(name);
  if (role === "never") return " ";
  if (role === "telephone") found.certain.push(value);
  else if (/^\s*\+/.test(value)) found.certain.push(...(value.match(WITH_PLUS) ?? []));
  else if (otherwise === "possible") found.possible.push(...(value.match(/^\d{8,15}$/) ?? []));
  return " ";
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Excludes parts of longer runs of digits, of decimals, dates and ids with dashes. */
const BEFORE = String.raw`(?<!\d|\d[./-])`;
const AFTER = String.raw`(?!\d|[./-]\d)`;
const GAP = "[ .-]";

const BRAZILIAN_WITH_PLUS = String.raw`\+55${GAP}?\(?0?\d{2}\)?${GAP}{0,2}9?${GAP}?\d{4}${GAP}?\d{4}(?!\d)`;
const FOREIGN_WITH_PLUS = String.raw`\+(?!550?\d{10})[1-9](?:[ .()-]{0,2}\d){6,13}(?!\d)`;
const WITH_PLUS = new RegExp(`${BRAZILIAN_WITH_PLUS}|${FOREIGN_WITH_PLUS}`, "g");

const NAMED =
  /(?:(?<![a-z])(?:tel(?:efone)?|fones?|celular|cel|fax|whats(?:app)?|zap|mobile)|phone|fone)\.?(?:\s+number)?[\s:=]{1,3}(\+?\(?\d(?:[ ().-]{0,2}\d){7,14})/gi;

const CERTAIN: readonly RegExp[] = [
  /(?<![a-z])(?:tel|sips?|callto|sms|whatsapp):([^\s"'<>,]+)/gi,
  WITH_PLUS,
  NAMED,
  // (11) 98765-4321, (011)33334444
  new RegExp(String.raw`(?:(?<!\d)55${GAP}?)?\(0?\d{2}\)${GAP}{0,2}9?${GAP}?\d{4}${GAP}?\d{4}${AFTER}`, "g"),
  // 11 98765-4321, 55 11 3333.4444, 011-98765-4321
  new RegExp(String.raw`${BEFORE}(?:55${GAP}?)?0?\d{2}${GAP}{0,2}9?${GAP}?\d{4}${GAP}\d{4}${AFTER}`, "g"),
  // 11-987654321
  new RegExp(String.raw`${BEFORE}(?:55${GAP}?)?0?\d{2}-9?\d{8}${AFTER}`, "g"),
  // 0800 123 4567
  new RegExp(String.raw`${BEFORE}0${GAP}?[3589]00${GAP}\d{3}${GAP}?\d{4}${AFTER}`, "g"),
  // 98765-4321
  new RegExp(String.raw`${BEFORE}9?\d{4}-\d{4}${AFTER}`, "g"),
];

const POSSIBLE: readonly RegExp[] = [
  /(?<!\d|\d[.,/-])(?:55 )?0?\d{2} 9?\d{8}(?!\d|[.,/-]\d)/g,
  /(?<!\d|\d[.,/-])\d{8,15}(?!\d|[.,/-]\d)/g,
];
