/** Returns Portuguese for a language tag that begins with `pt`, and English for all others. */
export const chooseLanguage = (language: string): "pt-BR" | "en" =>
  language.toLowerCase().startsWith("pt") ? "pt-BR" : "en";

const CHOSEN = "language";

export const language = chooseLanguage(
  globalThis.localStorage?.getItem(CHOSEN) ?? globalThis.navigator?.language ?? "pt-BR",
);

/** Switches to the other language, keeps the choice in this browser and reloads the page. */
export function switchLanguage(): void {
  localStorage.setItem(CHOSEN, language === "pt-BR" ? "en" : "pt-BR");
  location.reload();
}

/** The words of a lazy page in the chosen language. */
export const choose = <Words>(portuguese: Words, english: Words): Words =>
  language === "pt-BR" ? portuguese : english;
