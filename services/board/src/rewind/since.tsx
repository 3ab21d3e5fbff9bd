import { formatDuration } from "../base/format.ts";
import { boardNow } from "./rewind.ts";

/**
 * The duration since an ISO 8601 time, by the clock of the board. Only this text is drawn again each second,
 * not the row.
 */
export function Since({ since }: { since: string }) {
  return <>{formatDuration(Math.max(0, boardNow.value - Date.parse(since)))}</>;
}
