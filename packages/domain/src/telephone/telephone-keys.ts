/** The kind of value under a key: telephone numbers, the area code of one, never one, or anything. */
export type KeyRole = "telephone" | "area" | "never" | "free";

/** Keys come from a few senders; one that invents them must not fill the memory. */
const REMEMBERED = 5_000;
const known = new Map<string, KeyRole>();

/** By the key's words, in English and Portuguese: `customerPhone`, `telefone_2`, `created_at`. */
export function roleOf(key: string): KeyRole {
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const role = readRole(key);
  if (known.size >= REMEMBERED) known.clear();
  known.set(key, role);
  return role;
}

/** The vendor's own fields, at any depth. `number` is one too, but only of the body itself: nested it may be a document's. */
const NUMBERS = new Set(["their_number", "our_number"]);

function readRole(key: string): KeyRole {
  if (NUMBERS.has(key)) return "telephone";
  const words = wordsOf(key);
  const [last = ""] = words.slice(-1);
  const joined = words.join("");
  if (joined.endsWith("callid") || words.some((word) => IDS.has(word)) || TIMES.has(last)) return "never";
  if (AREAS.has(joined)) return "area";
  if (CALLERS.has(joined)) return "telephone";
  if (NOT_OF_TELEPHONES.has(last)) return "free";
  return PARTS.test(joined) || words.some((word) => WORDS.has(word)) ? "telephone" : "free";
}

const wordsOf = (key: string): string[] =>
  key
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);

const IDS = new Set(["sid", "uuid", "guid", "timestamp", "hash"]);
const TIMES = new Set(["at", "time", "date", "datetime", "ringtime", "duration"]);
/** A number that is called an id: of a caller, or of a WhatsApp account. */
const CALLERS = new Set(["callerid", "waid", "caller", "callee", "callernumber", "callednumber"]);
/** `phone_id`, `phone_type`. */
const NOT_OF_TELEPHONES = new Set(["id", "ids", "type", "status", "count", "name", "model", "token"]);
const AREAS = new Set(["ddd", "area", "areacode", "codigoarea", "prefixo"]);
const PARTS = /phone|telefon|celular|mobile|whatsapp|msisdn/;
const WORDS = new Set([
  ...["tel", "tels", "fone", "fones", "cel", "cell", "fax", "sms"],
  ...["whats", "wpp", "zap", "ani", "dnis", "bina"],
]);
