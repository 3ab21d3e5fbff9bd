import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { Setting, Settings } from "@teravoz/runtime";
import { settings as ingest } from "../services/ingest/src/config.ts";
import { settings as projector } from "../services/projector/src/config.ts";
import { settings as realtime } from "../services/realtime/src/config.ts";

const read = (path: string) => readFileSync(join(import.meta.dirname, "..", path), "utf8");
const example = read(".env.example");
const compose = read("docker-compose.yml");
const named = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name ?? "");
const tables: Record<string, Settings> = { ingest, projector, realtime };
const inTables = Object.values(tables).flatMap((table) => Object.keys(table));
/** The variables that compose reads from .env, for any service. */
const inCompose = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? "");
/** Variables that the commands and readConfig itself read, but no table of a service. */
const elsewhere = ["AUTH", "STACK", "KAFKA_REPLICATION_FACTOR"];

/**
 * The lines of a setting. A setting that any service needs in production has an empty value, every other one
 * is commented out with its default.
 */
const describeSetting = (name: string, { doc, default: usual = "" }: Setting) =>
  `# ${doc}\n${isNeeded(name) ? `${name}=` : `#${name}=${usual}`}\n`;
const isNeeded = (name: string) => Object.values(tables).some((table) => table[name]?.neededInProduction);

test("compose gives ingest a spool on a volume that outlives the container", () => {
  const [, service = ""] = /^ {2}ingest:\n((?: {4}.*\n)+)/m.exec(compose) ?? [];
  expect(service).toContain('\n    volumes: ["spool:/spool"]\n');
  expect(service).toContain("SPOOL_DIR: /spool");
  expect(compose).toMatch(/^volumes:\n(?: {2}.*\n)* {2}spool:\n/m);
});

describe(".env.example", () => {
  test.each(Object.entries(tables))("has every setting of %s with its doc and default", (_, table) => {
    for (const [name, setting] of Object.entries(table))
      expect(example).toContain(describeSetting(name, setting));
  });

  test("has every variable of docker-compose.yml", () => {
    expect(named).toEqual(expect.arrayContaining(inCompose));
  });

  test("names each variable once, and none that is unused", () => {
    expect(named.toSorted()).toEqual([...new Set([...inTables, ...inCompose, ...elsewhere])].toSorted());
  });
});

test("docs/operations.md lists each setting of .env.example, and nothing else", () => {
  const [, rest = ""] = read("docs/operations.md").split("\n## Settings\n");
  const heads = [...rest.split("\n## ")[0]!.matchAll(/^- ([\s\S]+?):\s/gm)].map(([, head]) => head!);
  const listed = heads.flatMap((head) => [...head.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name));
  expect(listed.toSorted()).toEqual(named.toSorted());
});
