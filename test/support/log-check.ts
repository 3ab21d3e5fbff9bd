import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The minimum length of a value that is searched for. Shorter ones are in every log: ports, counts, parts of times. */
const SHORTEST = 8;
/** Texts that a service logs after an unexpected failure. */
const FAULTS = [
  "unhandledRejection",
  "UnhandledPromiseRejection",
  '"msg":"request failed"',
  "uncaughtException",
];

const NUMBER = /(?<![\d.])\+?\d{8,15}(?![\d.])/g;
/** Every repetition is bounded, so that the time for a megabyte of letters is linear. */
const E_MAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.[a-z]{2,20}\b/gi;
/** CPF and CNPJ as people write them. Without punctuation they match NUMBER. */
const DOCUMENT = /\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}/g;
const CALL_ID = /"call_id"\s*:\s*"?([^",}\s]+)/g;

export type SentValues = { add(body: string | Buffer): void; found(text: string): string[] };

/** Gathers the personal data of sent bodies: numbers, e-mails, documents, call_ids. */
export function gatherPersonal(): SentValues {
  const values = new Set<string>();
  return {
    add: (body) => {
      for (const value of personalIn(body.toString())) values.add(value);
    },
    found: (text) => createFinder(values)(text),
  };
}

/**
 * Returns a function that finds the values in a text. None may be shorter than SHORTEST. It reads the text once,
 * regardless of the number of values.
 */
export function createFinder(values: ReadonlySet<string>): (text: string) => string[] {
  const heads = new Set(Array.from(values, (value) => value.slice(0, SHORTEST)));
  const lengths = [...new Set(Array.from(values, (value) => value.length))];
  return (text) => {
    const found = new Set<string>();
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      if (!heads.has(text.slice(at, at + SHORTEST))) continue;
      for (const length of lengths) {
        const piece = text.slice(at, at + length);
        if (values.has(piece)) found.add(piece);
      }
    }
    return [...found];
  };
}

function personalIn(body: string): string[] {
  const texts = [NUMBER, E_MAIL, DOCUMENT].flatMap((pattern) => body.match(pattern) ?? []);
  const ids = [...body.matchAll(CALL_ID)].map(([, id]) => id!);
  return [...texts, ...ids].filter((value) => value.length >= SHORTEST);
}

/** Describes forbidden texts in the logs of a run: sent personal data, any e-mail, any unexpected failure. */
export async function findLeaks(logs: string, sent: SentValues): Promise<string[]> {
  const names = (await readdir(logs)).sort();
  const leaks = names.map(async (name) => {
    const text = await readFile(join(logs, name), "utf8");
    const mails = text.match(E_MAIL) ?? [];
    const faults = FAULTS.filter((fault) => text.includes(fault));
    return [...sent.found(text), ...mails, ...faults].map((what) => `${name} holds ${what}`);
  });
  return (await Promise.all(leaks)).flat();
}
