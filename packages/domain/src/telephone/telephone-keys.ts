/** The kind of value of a field: telephone numbers, the area code of one, never a telephone number, or anything. */
export type KeyRole = "telephone" | "area" | "never" | "free";

/**
 * The maximum number of keys whose role is remembered. Keys come from a few senders, and one that invents keys must not
 * fill the memory.
 */
const REMEMBERED = 5_000;
const known = new Map<string, KeyRole>();

/**
 * Finds the kind of value by the words of a key, in English and Portuguese: `customerPhone`, `telefone_2`,
 * `created_at`.
 */
export function roleOf(key: string): KeyRole {
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const role = readRole(key);
  if (known.size >= REMEMBERED) known.clear();
  known.set(key, role);
  return role;
}

/**
 * The vendor's own fields, at any depth. `number` is one too, but only at the top level: a nested one may be that of a
 * document.
 */
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
/** Keys of telephone numbers that no other rule recognizes, like the id of a caller or of a WhatsApp account. */
const CALLERS = new Set(["callerid", "waid", "caller", "callee", "callernumber", "callednumber"]);
/** Words of keys that describe a telephone and do not hold its number: `phone_id`, `phone_type`. */
const NOT_OF_TELEPHONES = new Set(["id", "ids", "type", "status", "count", "name", "model", "token"]);
const AREAS = new Set(["ddd", "area", "areacode", "codigoarea", "prefixo"]);
const PARTS = /phone|telefon|celular|mobile|whatsapp|msisdn/;
const WORDS = new Set([
  "tel",
  "tels",
  "fone",
  "fones",
  "cel",
  "cell",
  "fax",
  "sms",
  "whats",
  "wpp",
  "zap",
  "ani",
  "dnis",
  "bina",
]);
