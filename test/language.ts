/**
 * The language rules that a program can check: words that have a standard one, sentences that open with a relative
 * pronoun, and the lengths of commit subjects and of lines in documents. Each function returns the findings as
 * `line: text`, an empty list if there are none.
 */

/** Words to avoid, and the standard ones. */
const AVOIDED: [word: RegExp, instead: string][] = [
  [/\b([Nn]obody|[Ss]omebody)\b/, "name the part: no client, no member, another instance"],
  [/\banew\b/i, "again, from the beginning"],
  [/\b(tell|tells|telling|told)\b/i, "notify, send, report, say"],
  [/\bdoubt(s|ed|ful)?\b/i, "invalidate, resync"],
  [/\b(give|gives|gave|given|giving) way\b/i, "yield"],
  [/\b(come|comes|came|coming) to pass\b/i, "happen"],
  [/\b(be|is|are|was|were) let go\b/i, "drop, release"],
];

/** Subjects that make a reader read the sentence twice. Questions may begin with them. */
const PRONOUN = "Who|Whom|Whose|Whoever|Whomever|What|Whatever|Whichever|Of|So long|So many|So much";
const SENTENCE = new RegExp(`(?<=^|[.!?:;] )(?:${PRONOUN}) [^.!?]*(?:[.!?]|$)`, "g");
/** A doc comment begins with what the thing is or does. */
const DOC = new RegExp(`^(?:${PRONOUN}|Which|So|How|Whether|Where|Wherever|When) `);
const TITLE = new RegExp(
  `\\b(?:test|it|describe)(?:\\.\\w+)*(?:\\([^"\`]*\\))?\\(\\s*["\`]((?:${PRONOUN}|whether) [^"\`]*)`,
  "gi",
);

const lineOf = (text: string, index: number) => text.slice(0, index).split("\n").length;
const flat = (text: string) => text.replace(/\s+/g, " ").trim();

export function avoidedWords(text: string): string[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      AVOIDED.filter(([word]) => word.test(line)).map(
        ([, instead]) => `${index + 1}: ${line.trim()} [${instead}]`,
      ),
    );
}

/** Findings in the comments and test titles of a TypeScript source. */
export function riddlesOfSource(source: string): string[] {
  const comments = [...source.matchAll(/\/\*\*?[\s\S]*?\*\/|(?:^[ \t]*\/\/ .*\n?)+|[ \t]\/\/ .*$/gm)];
  return [
    ...comments.flatMap(({ 0: comment, index }) => {
      const text = flat(comment.replace(/^\s*(?:\/\*\*?|\*\/|\*|\/\/)|\*\/$/gm, " "));
      const found = comment.startsWith("/**") && DOC.test(text) ? [text] : sentencesOf(text);
      return found.map((each) => `${lineOf(source, index)}: ${each}`);
    }),
    ...[...source.matchAll(TITLE)].map(({ 1: title, index }) => `${lineOf(source, index)}: ${title}`),
  ];
}

/** Findings in the paragraphs, list items, headings and table cells of a Markdown text; code is left out. */
export function riddlesOfDocument(markdown: string): string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, (code) => code.replace(/[^\n]/g, ""));
  return prose
    .split(/\n(?=\s*(?:[-*#|>]|\d+\.|$))|(?<=\|)/)
    .flatMap((block) => sentencesOf(flat(block).replace(/^(?:[-*#>|]+|\d+\.) ?(?:\*\*)?/, "")));
}

function sentencesOf(text: string): string[] {
  return (text.match(SENTENCE) ?? []).filter((sentence) => !sentence.endsWith("?"));
}

export function longLines(document: string, columns: number): string[] {
  return document
    .split("\n")
    .flatMap((line, index) => ([...line].length > columns ? [`${index + 1}: ${line.slice(0, 60)}…`] : []));
}
