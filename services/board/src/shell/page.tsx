import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { AgentsPage } from "../agents/agents-page.tsx";
import { now } from "../base/clock.ts";
import { fetched } from "../base/elements/lazy.tsx";
import { Link } from "../base/elements/link.tsx";
import { SearchBox } from "../base/elements/search-box.tsx";
import { cityOf, formatDuration } from "../base/format.ts";
import { helping } from "../base/preferences.ts";
import { agent, filter, PAGES, type PageName, page, query, selected, visited } from "../base/route.ts";
import { formatDateAndTime } from "../base/times.ts";
import { words } from "../base/words.ts";
import { CallTable } from "../calls/call-table.tsx";
import { CallDetails } from "../calls/details/call-details.tsx";
import { ExportButtons } from "../calls/export-buttons.tsx";
import { goCalls } from "../calls/list/calls-view.ts";
import { searchIsCut } from "../calls/list/listed-calls.ts";
import { PeriodPicker } from "../calls/period-picker.tsx";
import { StateMark } from "../calls/state-mark.tsx";
import { telephoneWithPage } from "../calls/telephone.ts";
import { LivePage } from "../live/live-page.tsx";
import { link, staleSince } from "../live.ts";
import { type CallState, STATES } from "../model/call.ts";
import { zone } from "../reports/followed-reports.ts";
import { boardNow, isAhead, rewound } from "../rewind/rewind.ts";
import { RewindBar } from "../rewind/rewind-bar.tsx";
import { Help } from "./help.tsx";
import { NotFound } from "./not-found.tsx";
import { TokenForm } from "./token-form.tsx";
import { Tools } from "./tools.tsx";

export function Page() {
  if (link.value.status === "token") return <TokenForm wrong={link.value.wrong} />;
  const stale = staleSince.value !== null;
  return (
    <div class={["page", stale && "stale", rewound.value && "rewound"].filter(Boolean).join(" ")}>
      <header>
        <Navigation />
        <Tools />
        <ConnectionLight />
        <PrintedAt />
      </header>
      <StaleNotice />
      {rewound.value && <RewindBar />}
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
  queues: fetched(() => import("../queues/queues-page.tsx").then(({ QueuesPage }) => QueuesPage)),
  abandoned: fetched(() =>
    import("../abandoned/abandoned-page.tsx").then(({ AbandonedPage }) => AbandonedPage),
  ),
  deliveries: fetched(() =>
    import("../deliveries/deliveries-page.tsx").then(({ DeliveriesPage }) => DeliveriesPage),
  ),
  system: fetched(() => import("../system/system-page.tsx").then(({ SystemPage }) => SystemPage)),
  number: fetched(() => import("../number/number-page.tsx").then(({ NumberPage }) => NumberPage)),
  unknown: NotFound,
};

/** Pages about the gateway itself, for when something is wrong: their links stand apart, smaller. */
const QUIET: readonly PageName[] = ["deliveries", "system"];

function Navigation() {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    // on a phone the bar is longer than the screen
    bar.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [page.value]);
  return (
    <nav class="pages" aria-label={words.navigation} ref={bar}>
      {PAGES.map((name) => (
        <PageLink key={name} name={name} />
      ))}
    </nav>
  );
}

function PageLink({ name }: { name: PageName }) {
  // the live page of another moment is not the live one: its link leads back
  const current = page.value === name && !rewound.value && !isAhead.value;
  const label = words.pages[name];
  return (
    <Link to={name} current={current ? "page" : undefined} class={QUIET.includes(name) ? "aside" : ""}>
      {current ? <h1>{label}</h1> : label}
    </Link>
  );
}

function Filters() {
  return (
    <div class="filters">
      <SearchBox label={words.search} go={(q) => goCalls({ q })} />
      <nav aria-label={words.filter}>
        <FilterButton state={null} />
        {STATES.map((state) => (
          <FilterButton key={state} state={state} />
        ))}
      </nav>
      <ChosenFilter
        label={words.columns.queue}
        value={visited.value}
        clear={() => goCalls({ visited: null })}
      />
      <ChosenFilter label={words.columns.agent} value={agent.value} clear={() => goCalls({ agent: null })} />
      <ExportButtons />
      {searchIsCut.value && <span role="alert">{words.searchCut}</span>}
      {telephoneWithPage() && (
        <Link class="see-all" to="number" view={{ q: query.value }}>
          {words.seeAllOfNumber} →
        </Link>
      )}
      <PeriodPicker />
    </div>
  );
}

/** A queue or an agent that the calls are filtered by, until it is pressed. */
function ChosenFilter({ label, value, clear }: { label: string; value: string | null; clear: () => void }) {
  if (!value) return null;
  return (
    <button type="button" class="quiet chosen-filter" aria-pressed="true" onClick={clear}>
      {label} {value} ×
    </button>
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

/** Paper needs the date and the time of what it shows. */
function PrintedAt() {
  return (
    <span class="on-paper">
      {formatDateAndTime(boardNow.value)} {cityOf(zone.value)}
    </span>
  );
}

/** Read aloud once; the seconds that tick are for the eye. */
function StaleNotice() {
  const since = staleSince.value;
  const lost = link.value.status === "lost";
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
