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

/** Only that language's come over the line. */
export const { words } =
  language === "pt-BR" ? await import("../words-pt.ts") : await import("../words-en.ts");
