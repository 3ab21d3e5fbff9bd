import { formatDuration } from "../base/format.ts";
import { boardNow } from "./rewind.ts";

/** For how long something has been, by the clock of the board; it alone is drawn each second, not its row. ISO 8601 in. */
export function Since({ since }: { since: string }) {
  return <>{formatDuration(Math.max(0, boardNow.value - Date.parse(since)))}</>;
}
