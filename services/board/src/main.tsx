import { render } from "preact";
import { followCalls } from "./calls/list/followed-calls.ts";
import { listenForLate } from "./live/alarm.ts";
import { describeDocument } from "./shell/document.ts";
import { listenToKeys } from "./shell/keyboard.ts";
import { Page } from "./shell/page.tsx";
import { followTv } from "./tv/tv.ts";

describeDocument();
followCalls();
listenToKeys();
followTv();
listenForLate();
render(<Page />, document.getElementById("page")!);
