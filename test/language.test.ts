import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { avoidedWords, longLines, riddlesOfDocument, riddlesOfSource } from "./language.ts";

const root = join(import.meta.dirname, "..");
const git = (...args: string[]) =>
  execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean);

/** The rules and their examples quote what they find. */
const rules = ["test/language.ts", "test/language.test.ts"];
const files = git("ls-files", "--cached", "--others", "--exclude-standard").filter(
  (path) =>
    /\.(tsx?|md|css|html|conf|ya?ml)$|^\.env\.example$|Dockerfile/.test(path) && !rules.includes(path),
);
const texts = files.flatMap((path) => (path === "pnpm-lock.yaml" ? [] : [[path, read(path)] as const]));
const sources = texts.filter(([path]) => /\.tsx?$/.test(path));
const documents = texts.filter(([path]) => path.endsWith(".md"));

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function findings(of: (readonly [path: string, text: string])[], look: (text: string) => string[]): string[] {
  return of.flatMap(([path, text]) => look(text).map((finding) => `${path}:${finding}`));
}

describe("the project is written in plain English", () => {
  test("its texts use the standard words", () => {
    expect(texts.length).toBeGreaterThan(500);
    expect(findings(texts, avoidedWords)).toEqual([]);
  });

  test("no comment and no test title opens with a relative pronoun", () => {
    expect(findings(sources, riddlesOfSource)).toEqual([]);
  });

  test("no sentence of a document opens with a relative pronoun", () => {
    expect(findings(documents, riddlesOfDocument)).toEqual([]);
  });

  test("no line of a document is longer than 100 columns", () => {
    expect(findings(documents, (text) => longLines(text, 100))).toEqual([]);
  });

  test("no commit subject since this rule exists is longer than 72 characters", () => {
    const [added] = git("log", "--diff-filter=A", "--format=%H", "--", "test/language.ts").slice(-1);
    const subjects = added === undefined ? [] : git("log", "--format=%s", `${added}..HEAD`);
    expect(subjects.filter((subject) => subject.length > 72)).toEqual([]);
  });
});

describe("the rules find", () => {
  test.each([
    "/** Who pauses is logged in. */",
    "/** Whether the zone exists. */",
    "/**\n * What a partition holds.\n */",
    "// The lane ends. Whatever it held is kept.",
    "x(); // Of all senders together",
    'test("whoever asks is answered", () => {});',
    'test.each([1, 2])("what is lost: %j", () => {});',
  ])("a riddle in %j", (source) => {
    expect(riddlesOfSource(source)).toHaveLength(1);
  });

  test.each([
    "/** A pause implies a log-in, even if we never received one. */",
    "// Which part is it? What does it hold?",
    "/** Ends the lane when what it held is stored. */",
    'const url = "http://What is/"; // The address.',
    'test("a partition without a leader waits", () => {});',
  ])("none in %j", (source) => {
    expect(riddlesOfSource(source)).toEqual([]);
  });

  test.each([
    "Who asks is answered.",
    "- So long it waits.",
    "| a | Of an instance that died |",
    "A line.\nOf one more.",
  ])("a riddle in the document %j", (document) => expect(riddlesOfDocument(document)).toHaveLength(1));

  test.each(["## What is a call?", "```\nWhat a line\n```", "Wait for what comes."])(
    "none in the document %j",
    (document) => expect(riddlesOfDocument(document)).toEqual([]),
  );

  test.each(["nobody reads", "It begins anew.", "a client is told", "gave way"])(
    "an avoided word in %j",
    (text) => {
      expect(avoidedWords(text)).toHaveLength(1);
    },
  );

  test.each(["noBody", "retold", "no client reads"])("no avoided word in %j", (text) => {
    expect(avoidedWords(text)).toEqual([]);
  });

  test("a line that is one column too long", () => {
    expect(longLines("ab\nabc\nabcd", 3)).toHaveLength(1);
  });
});
