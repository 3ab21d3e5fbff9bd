import { now } from "../base/clock.ts";
import { formatDuration } from "../base/format.ts";
import { connection, staleSince } from "../base/socket.ts";
import { words } from "../base/words.ts";
import { rewound } from "../rewind/rewind.ts";

/** Whether the page is live. */
export function ConnectionLight() {
  const state = connection.value;
  const connected = state.status === "live";
  const live = connected && staleSince.value === null;
  const waiting = connected
    ? words.outdated
    : state.status === "lost"
      ? words.reconnecting
      : words.connecting;
  if (live && rewound.value)
    return (
      <span class="light past" role="status">
        ↺ {words.rewind.light}
      </span>
    );
  return (
    <span class={live ? "light live" : "light"} role="status">
      {live ? `● ${words.live}` : `○ ${waiting}`}
    </span>
  );
}

/** Read aloud once; the seconds that tick are for the eye. */
export function StaleNotice() {
  const since = staleSince.value;
  const lost = connection.value.status === "lost";
  if (!lost && since === null) return null;
  return (
    <p class="notice">
      <span role="alert">{lost ? words.lost : words.cutOff}</span>{" "}
      {since !== null && (
        <span aria-hidden="true">{words.stale(formatDuration(Math.max(0, now.value - since)))}</span>
      )}
    </p>
  );
}
