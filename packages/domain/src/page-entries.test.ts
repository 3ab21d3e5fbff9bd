import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "..");
const { exports: entries }: { exports: Record<string, string> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const { ".": whole, ...pageEntries } = entries;

type Import = { from: string; isType: boolean };

const IMPORT = /^(?:import|export)(\s+type)?\s[^;"]*?from\s+"([^"]+)"/gm;

const importsOf = (text: string): Import[] =>
  [...text.matchAll(IMPORT)].map(([, type, from]) => ({ from: from!, isType: type !== undefined }));

/** The modules that an entry reaches: the domain's own files by path, all others by the name of the import. */
function reach(entry: string, isFollowed: (each: Import) => boolean): { files: string[]; others: string[] } {
  const files = new Set([join(root, entry)]);
  const others = new Set<string>();
  // an iteration of a Set includes the members that are added meanwhile
  for (const file of files)
    for (const { from } of importsOf(readFileSync(file, "utf8")).filter(isFollowed))
      if (from.startsWith(".")) files.add(join(dirname(file), from));
      else others.add(from);
  return { files: [...files], others: [...others] };
}

const whenRun = ({ isType }: Import) => !isType;
const whenCompiled = () => true;

test("every folder of the domain has an entry that a page can load, apart from the entry for services", () => {
  expect(Object.keys(pageEntries).length).toBeGreaterThan(9);
  expect(reach(whole!, whenRun).others.sort()).toEqual(["libphonenumber-js/min", "uuid"]);
});

test.each(Object.entries(pageEntries))("%s loads only files of the domain", (_name, entry) => {
  expect(reach(entry, whenRun).others).toEqual([]);
});

test.each(Object.entries(pageEntries))("%s uses no API that only Node has", (_name, entry) => {
  const { files, others } = reach(entry, whenCompiled);
  expect(others.filter((name) => name.startsWith("node:") || name === "uuid")).toEqual([]);
  const nodes = files.filter((file) =>
    /\b(?:Buffer|process|require)\b/.test(codeOf(readFileSync(file, "utf8"))),
  );
  expect(nodes).toEqual([]);
});

const codeOf = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
