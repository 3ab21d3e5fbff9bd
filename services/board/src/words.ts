import { language } from "./base/language.ts";

/** The words of the first load in the chosen language, which is the only one that the browser loads. */
export const { words } = language === "pt-BR" ? await import("./words-pt.ts") : await import("./words-en.ts");
