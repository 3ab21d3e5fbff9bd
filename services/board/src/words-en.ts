import { words as agents } from "./agents/words-en.ts";
import { words as base } from "./base/words-en.ts";
import { words as details } from "./calls/details/words-en.ts";
import { words as calls } from "./calls/words-en.ts";
import { words as deliveries } from "./deliveries/words-en.ts";
import { words as live } from "./live/words-en.ts";
import { words as rewind } from "./rewind/words-en.ts";
import { words as shell } from "./shell/words-en.ts";
import type { Words } from "./words-pt.ts";

/** The words of the first load in English, by folder. */
export const words: Words = { base, shell, live, agents, calls, details, rewind, deliveries };
