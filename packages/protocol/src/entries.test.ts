import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "..");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

test.each(["./addresses", "./client", "./limits", "./types"])(
  "the entry %s loads no other module, so a page gets it without zod",
  (entry) => {
    const text = readFileSync(join(root, exports[entry]), "utf8");
    const loaded = text.match(/^(import|export) (?!type\b)[^;]*from "[^"]+"|^import "[^"]+"/gm);
    expect({ entry, loaded }).toEqual({ entry, loaded: null });
  },
);
