import { words as agents } from "./agents/words-pt.ts";
import { words as base } from "./base/words-pt.ts";
import { words as details } from "./calls/details/words-pt.ts";
import { words as calls } from "./calls/words-pt.ts";
import { words as deliveries } from "./deliveries/words-pt.ts";
import { words as live } from "./live/words-pt.ts";
import { words as rewind } from "./rewind/words-pt.ts";
import { words as shell } from "./shell/words-pt.ts";

/** The words of the first load in Portuguese, by folder. */
export const words = { base, shell, live, agents, calls, details, rewind, deliveries };

/** The words of the first load. A language that lacks one of them does not compile. */
export type Words = typeof words;
