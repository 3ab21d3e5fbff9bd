import { effect } from "@preact/signals";
import { render } from "preact";
import { listenForLate } from "./alarm.ts";
import { theme } from "./choices.ts";
import { listenToKeys } from "./keyboard.ts";
import { Page } from "./page.tsx";
import { rewound } from "./rewind.ts";
import { page } from "./route.ts";
import { followTv } from "./tv.ts";
import { language, words } from "./words.ts";

document.documentElement.lang = language;
listenToKeys();
followTv();
listenForLate();
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
effect(() => {
  document.title = `TeraVoz · ${rewound.value ? words.rewind.light : words.pages[page.value]}`;
});
const root = document.getElementById("page");
if (root) render(<Page />, root);
