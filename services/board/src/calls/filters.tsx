import type { CallState } from "@teravoz/protocol/client";
import { CALL_STATES } from "@teravoz/protocol/limits";
import { Link } from "../base/elements/link.tsx";
import { SearchBox } from "../base/elements/search-box.tsx";
import { agent, filter, query, visited } from "../base/route.ts";
import { words } from "../words.ts";
import { ExportButtons } from "./export-buttons.tsx";
import { goCalls } from "./list/calls-view.ts";
import { searchIsCut } from "./list/listed-calls.ts";
import { PeriodPicker } from "./period-picker.tsx";
import { StateMark } from "./state-mark.tsx";
import { telephoneWithPage } from "./telephone.ts";

/** The filters of the page of calls, and its export. */
export function Filters() {
  return (
    <div class="filters">
      <SearchBox label={words.calls.search} go={(q) => goCalls({ q })} />
      <nav aria-label={words.calls.filter}>
        <FilterButton state={null} />
        {CALL_STATES.map((state) => (
          <FilterButton key={state} state={state} />
        ))}
      </nav>
      <ChosenFilter
        label={words.calls.columns.queue}
        value={visited.value}
        clear={() => goCalls({ visited: null })}
      />
      <ChosenFilter
        label={words.calls.columns.agent}
        value={agent.value}
        clear={() => goCalls({ agent: null })}
      />
      <ExportButtons />
      {searchIsCut.value && <span role="alert">{words.calls.searchCut}</span>}
      {telephoneWithPage() && (
        <Link class="see-all" to="number" view={{ q: query.value }}>
          {words.calls.seeAllOfNumber} →
        </Link>
      )}
      <PeriodPicker />
    </div>
  );
}

/** A button with the queue or the agent that filters the calls. Pressing it removes the filter. */
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
      {state ? <StateMark state={state} /> : words.base.all}
    </button>
  );
}
