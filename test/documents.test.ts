import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "..");
const list = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" });
const paths = list.split("\n").filter((path) => path && existsSync(join(root, path)));
const documents = paths.filter((path) => path.endsWith(".md"));

/** The text without blocks of code. */
const read = (path: string) => readFileSync(join(root, path), "utf8").replace(/^```[\s\S]*?^```/gm, "");

/** The anchors of the headings, as GitHub makes them. */
const anchorsOf = (path: string) =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, "")
      .replaceAll(" ", "-"),
  );

function leadsNowhere(from: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path ? join(dirname(from), path) : from;
  if (!existsSync(join(root, target))) return true;
  return anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).includes(anchor);
}

test("every link in a document leads to a file of the project, and to a heading if it names one", () => {
  const links = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => ({ path, link: link! })),
  );
  expect(links.length).toBeGreaterThan(50);
  const relative = links.filter(({ link }) => !/^https?:/.test(link));
  expect(relative.filter(({ path, link }) => leadsNowhere(path, link))).toEqual([]);
});

test("every source file that a document names exists", () => {
  const named = documents.flatMap((path) =>
    [...read(path).matchAll(/`([\w./-]+\.(?:tsx?|css|conf))`/g)].map(([, name]) => ({ path, name: name! })),
  );
  expect(named.length).toBeGreaterThan(300);
  const exists = (name: string) => paths.some((path) => `/${path}`.endsWith(`/${name}`));
  expect(named.filter(({ name }) => !exists(name))).toEqual([]);
});

test("docs/decisions/README.md lists every decision", () => {
  const decisions = documents.filter((path) => /^docs\/decisions\/\d/.test(path));
  const index = read("docs/decisions/README.md");
  expect(decisions.length).toBeGreaterThan(30);
  expect(decisions.filter((path) => !index.includes(`(${basename(path)})`))).toEqual([]);
});

test("docs/operations.md lists every metric, and nothing else", () => {
  const source = readFileSync(join(root, "packages/runtime/src/metrics/metrics.ts"), "utf8");
  const defined = [...source.matchAll(/name: "(teravoz_\w+)"/g)].map(([, name]) => name!);
  const [, section = ""] = read("docs/operations.md").split("\n### Metrics\n");
  const heads = section
    .split("\n- ")
    .slice(1)
    .map((item) => item.split(/:\s/)[0]!);
  const listed = heads.flatMap((head) => [...head.matchAll(/`(teravoz_\w+)`/g)].map(([, name]) => name!));
  expect(defined.length).toBeGreaterThan(20);
  expect(listed.toSorted()).toEqual(defined.toSorted());
});
