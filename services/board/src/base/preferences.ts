import { signal } from "@preact/signals";

/** Telephone numbers are personal data: they are masked until the user shows them, and again after each reload. */
export const masked = signal(true);

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const THEME = "theme";
const kept = globalThis.localStorage?.getItem(THEME);

/** The theme is kept in this browser; auto follows the system's setting. */
export const theme = signal<Theme>(THEMES.find((each) => each === kept) ?? "auto");

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
  localStorage.setItem(THEME, theme.value);
}
