import { now } from "../base/clock.ts";
import { formatDuration } from "../base/format.ts";
import { connection, staleSince } from "../base/socket.ts";
import { rewound } from "../rewind/rewind.ts";
import { words } from "../words.ts";

/** The state of the connection; a screen reader announces its changes. */
export function ConnectionLight() {
  const state = connection.value;
  const connected = state.status === "live";
  const live = connected && staleSince.value === null;
  const waiting = connected
    ? words.shell.outdated
    : state.status === "lost"
      ? words.shell.reconnecting
      : words.shell.connecting;
  if (live && rewound.value)
    return (
      <span class="light past" role="status">
        ↺ {words.rewind.light}
      </span>
    );
  return (
    <span class={live ? "light live" : "light"} role="status">
      {live ? `● ${words.shell.live}` : `○ ${waiting}`}
    </span>
  );
}

/** The notice that the page is stale, and for how long. A screen reader announces it once, without the seconds. */
export function StaleNotice() {
  const since = staleSince.value;
  const lost = connection.value.status === "lost";
  if (!lost && since === null) return null;
  return (
    <p class="notice">
      <span role="alert">{lost ? words.shell.lost : words.shell.cutOff}</span>{" "}
      {since !== null && (
        <span aria-hidden="true">{words.shell.stale(formatDuration(Math.max(0, now.value - since)))}</span>
      )}
    </p>
  );
}
