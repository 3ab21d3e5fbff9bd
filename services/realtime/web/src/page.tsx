import type { ComponentChildren } from "preact";
import { AbandonedPage } from "./abandoned-page.tsx";
import { AgentsPage } from "./agents-page.tsx";
import { CallDetails } from "./call-details.tsx";
import { CallTable } from "./call-table.tsx";
import { type CallState, STATES } from "./calls.ts";
import { goCalls } from "./calls-view.ts";
import { helping, selected } from "./choices.ts";
import { now } from "./clock.ts";
import { DeliveriesPage } from "./deliveries-page.tsx";
import { ExportButtons } from "./export-buttons.tsx";
import { formatDuration } from "./format.ts";
import { Help } from "./help.tsx";
import { link } from "./live.ts";
import { LivePage } from "./live-page.tsx";
import { NumberPage } from "./number-page.tsx";
import { PeriodPicker } from "./period-picker.tsx";
import { QueuesPage } from "./queues-page.tsx";
import { filter, go, PAGES, PATHS, type PageName, page } from "./route.ts";
import { SearchBox } from "./search-box.tsx";
import { StateMark } from "./state-mark.tsx";
import { SystemPage } from "./system-page.tsx";
import { TokenForm } from "./token-form.tsx";
import { Tools } from "./tools.tsx";
import { words } from "./words.ts";

export function Page() {
  if (link.value.status === "token") return <TokenForm wrong={link.value.wrong} />;
  const stale = link.value.status === "lost" && link.value.since !== null;
  return (
    <div class={stale ? "page stale" : "page"}>
      <header>
        <Navigation />
        <Tools />
        <ConnectionLight />
      </header>
      <StaleNotice />
      {page.value === "calls" && <Filters />}
      <main class={selected.value ? "split" : ""}>
        <Shown />
        {selected.value && <CallDetails key={selected.value} call_id={selected.value} />}
      </main>
      {helping.value && <Help />}
    </div>
  );
}

function Shown() {
  const Current = SHOWN[page.value];
  return <Current />;
}

const SHOWN: Record<PageName, () => ComponentChildren> = {
  live: LivePage,
  calls: CallTable,
  agents: AgentsPage,
  queues: QueuesPage,
  abandoned: AbandonedPage,
  deliveries: DeliveriesPage,
  system: SystemPage,
  number: NumberPage,
};

function Navigation() {
  return (
    <nav aria-label={words.navigation}>
      {PAGES.map((name) => (
        <PageLink key={name} name={name} />
      ))}
    </nav>
  );
}

/** A link like any other: it can be opened in another tab. */
function PageLink({ name }: { name: PageName }) {
  const current = page.value === name;
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(name);
  };
  const label = words.pages[name];
  return (
    <a href={PATHS[name]} aria-current={current ? "page" : undefined} onClick={follow}>
      {current ? <h1>{label}</h1> : label}
    </a>
  );
}

function Filters() {
  return (
    <div class="filters">
      <SearchBox />
      <nav aria-label={words.filter}>
        <FilterButton state={null} />
        {STATES.map((state) => (
          <FilterButton key={state} state={state} />
        ))}
      </nav>
      <ExportButtons />
      <PeriodPicker />
    </div>
  );
}

function FilterButton({ state }: { state: CallState | null }) {
  return (
    <button type="button" aria-pressed={filter.value === state} onClick={() => goCalls({ state })}>
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
