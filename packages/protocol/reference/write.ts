import { writeFileSync } from "node:fs";
import { writeReference } from "./reference.ts";

// `pnpm docs:api`: writes docs/api.md
writeFileSync(new URL("../../../docs/api.md", import.meta.url), writeReference());
