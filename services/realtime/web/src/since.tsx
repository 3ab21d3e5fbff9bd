import { useComputed } from "@preact/signals";
import { now } from "./clock.ts";
import { formatDuration } from "./format.ts";

/** For how long something has been; its text alone changes each second. ISO 8601 in. */
export function Since({ since }: { since: string }) {
  const text = useComputed(() => formatDuration(Math.max(0, now.value - Date.parse(since))));
  return <>{text}</>;
}
