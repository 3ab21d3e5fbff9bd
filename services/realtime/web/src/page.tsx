import { CallDetails } from "./call-details.tsx";
import { CallTable } from "./call-table.tsx";
import { type CallState, STATES } from "./calls.ts";
import { masked, selected } from "./choices.ts";
import { now } from "./clock.ts";
import { formatDuration } from "./format.ts";
import { chooseFilter, filter, link } from "./live.ts";
import { StateMark } from "./state-mark.tsx";
import { TokenForm } from "./token-form.tsx";
import { words } from "./words.ts";

export function Page() {
  if (link.value.status === "token") return <TokenForm wrong={link.value.wrong} />;
  const stale = link.value.status === "lost" && link.value.since !== null;
  return (
    <div class={stale ? "page stale" : "page"}>
      <header>
        <h1>{words.calls}</h1>
        <Filters />
        <button
          type="button"
          class="quiet"
          onClick={() => {
            masked.value = !masked.value;
          }}
        >
          {masked.value ? words.showNumbers : words.hideNumbers}
        </button>
        <ConnectionLight />
      </header>
      <StaleNotice />
      <main class={selected.value ? "split" : ""}>
        <CallTable />
        {selected.value && <CallDetails key={selected.value} call_id={selected.value} />}
      </main>
    </div>
  );
}

function Filters() {
  return (
    <nav aria-label={words.filter}>
      <FilterButton state={null} />
      {STATES.map((state) => (
        <FilterButton key={state} state={state} />
      ))}
    </nav>
  );
}

function FilterButton({ state }: { state: CallState | null }) {
  return (
    <button type="button" aria-pressed={filter.value === state} onClick={() => chooseFilter(state)}>
      {state ? <StateMark state={state} /> : words.all}
    </button>
  );
}

function ConnectionLight() {
  const state = link.value;
  const live = state.status === "live";
  const waiting = state.status === "lost" ? words.reconnecting : words.connecting;
  return (
    <span class={live ? "light live" : "light"} role="status">
      {live ? `● ${words.live}` : `○ ${waiting}`}
    </span>
  );
}

/** Read aloud once; the seconds that tick are for the eye. */
function StaleNotice() {
  if (link.value.status !== "lost") return null;
  const { since } = link.value;
  return (
    <p class="notice">
      <span role="alert">{words.lost}</span>{" "}
      {since !== null && (
        <span aria-hidden="true">{words.stale(formatDuration(Math.max(0, now.value - since)))}</span>
      )}
    </p>
  );
}
