import { effect } from "@preact/signals";
import { render } from "preact";
import { language } from "./base/language.ts";
import { theme } from "./base/preferences.ts";
import { page } from "./base/route.ts";
import { listenForLate } from "./live/alarm.ts";
import { rewound } from "./rewind/rewind.ts";
import { listenToKeys } from "./shell/keyboard.ts";
import { Page } from "./shell/page.tsx";
import { followTv } from "./tv/tv.ts";
import { words } from "./words.ts";

document.documentElement.lang = language;
listenToKeys();
followTv();
listenForLate();
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
effect(() => {
  document.title = `TeraVoz · ${rewound.value ? words.rewind.light : words.base.pages[page.value]}`;
});
const root = document.getElementById("page");
if (root) render(<Page />, root);
