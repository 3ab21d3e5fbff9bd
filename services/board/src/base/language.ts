/** Portuguese for whoever reads it, English for everybody else. */
export const chooseLanguage = (language: string): "pt-BR" | "en" =>
  language.toLowerCase().startsWith("pt") ? "pt-BR" : "en";

const CHOSEN = "language";

export const language = chooseLanguage(
  globalThis.localStorage?.getItem(CHOSEN) ?? globalThis.navigator?.language ?? "pt-BR",
);

/** Kept in this browser; everything is said anew. */
export function switchLanguage(): void {
  localStorage.setItem(CHOSEN, language === "pt-BR" ? "en" : "pt-BR");
  location.reload();
}

/** The words of a lazy page in the chosen language. */
export const choose = <Words>(portuguese: Words, english: Words): Words =>
  language === "pt-BR" ? portuguese : english;
