import { effect } from "@preact/signals";
import { language } from "../base/language.ts";
import { theme } from "../base/preferences.ts";
import { page } from "../base/route.ts";
import { rewound } from "../rewind/rewind.ts";
import { words } from "../words.ts";

/** Sets the language, the theme and the title of the document, and keeps them up to date. */
export function describeDocument(): void {
  document.documentElement.lang = language;
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
  effect(() => {
    document.title = `TeraVoz · ${rewound.value ? words.rewind.light : words.base.pages[page.value]}`;
  });
}
