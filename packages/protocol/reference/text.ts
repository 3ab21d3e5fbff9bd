const WIDTH = 100;

/** A paragraph in lines of at most 100 columns. Those after the first begin with the indent. */
export function paragraph(text: string, indent = ""): string {
  const lines: string[] = [];
  for (const word of text.split(GAP)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `${indent}${word}`);
  }
  return lines.join("\n");
}

/** A space at which a line may end: not before a sign that would begin a list or a heading. */
const GAP = / (?!(?:[-+*#>]|\d+[.)]) )/;

/** A list with one item for each term, with its type and description. Both may be empty. */
export const list = (entries: readonly Entry[]): string =>
  entries
    .map(({ term, type, description }) => {
      const head = type ? `${term} (${type})` : term;
      return paragraph(`- ${head}${description ? `: ${description}` : "."}`, "  ");
    })
    .join("\n");

export type Entry = { term: string; type?: string; description: string };

/** JSON in which every value that fits stands on one line. `column` is where the value begins. */
export function json(value: unknown, indent = "", column = indent.length): string {
  const short = JSON.stringify(value);
  // a comma may follow
  if (column + short.length < WIDTH || typeof value !== "object" || value === null) return short;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const entries = Object.entries(value).map(([name, each]) => {
    const key = `${inner}${isList ? "" : `${JSON.stringify(name)}: `}`;
    return `${key}${json(each, inner, key.length)}`;
  });
  const [open, close] = isList ? "[]" : "{}";
  return `${open}\n${entries.join(",\n")}\n${indent}${close}`;
}

/** Text as code in a line, which may hold single backticks. */
export const code = (text: string): string => (text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``);

export const codeBlock = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** Paragraphs, lists and code blocks with an empty line between them. */
export const blocks = (...parts: readonly string[]): string => parts.filter(Boolean).join("\n\n");
