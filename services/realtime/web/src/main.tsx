import { render } from "preact";
import { Page } from "./page.tsx";
import { language, words } from "./words.ts";

document.documentElement.lang = language;
document.title = `TeraVoz · ${words.calls}`;
const root = document.getElementById("page");
if (root) render(<Page />, root);
