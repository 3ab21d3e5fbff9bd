import { language } from "./base/words.ts";

/** Only the chosen language is fetched. */
export const { rareWords } =
  language === "pt-BR" ? await import("./rare-words-pt.ts") : await import("./rare-words-en.ts");
