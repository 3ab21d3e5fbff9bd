import { render } from "preact";
import { listenForLate } from "./live/alarm.ts";
import { describeDocument } from "./shell/document.ts";
import { listenToKeys } from "./shell/keyboard.ts";
import { Page } from "./shell/page.tsx";
import { followTv } from "./tv/tv.ts";

describeDocument();
listenToKeys();
followTv();
listenForLate();
render(<Page />, document.getElementById("page")!);
