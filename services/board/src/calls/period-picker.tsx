import { signal } from "@preact/signals";
import { localTimeOf, startOfDay } from "@teravoz/domain/time";
import { serverTime } from "../base/clock.ts";
import { zone } from "../base/zone.ts";
import { words } from "../words.ts";
import { goCalls, period } from "./list/calls-view.ts";
import { progress, rows } from "./list/listed-calls.ts";
import { isPeriodChoice, PERIODS } from "./list/periods.ts";

/** The typed times while they are not a valid period; null otherwise. */
const unfinished = signal<{ from: string; to: string } | null>(null);

/** The period of the list, and the number of calls in it. */
export function PeriodPicker() {
  const chosen = period.value;
  const isOwn = typeof chosen === "object";
  return (
    <section class="periods" aria-label={words.base.window}>
      <div>
        {PERIODS.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={chosen === name}
            onClick={() => goCalls({ period: name })}
          >
            {words.calls.periods[name]}
          </button>
        ))}
        <button type="button" aria-pressed={isOwn} onClick={() => goCalls({ period: usualOwn() })}>
          {words.calls.own}
        </button>
      </div>
      {isOwn && <OwnTimes from={chosen.from} to={chosen.to} />}
      <span class="soft count">{rows.value && words.calls.count(rows.value.length, progress.value)}</span>
    </section>
  );
}

/** The period that the user starts from: from the beginning of today until now. */
function usualOwn(): { from: string; to: string } {
  const now = serverTime();
  return {
    from: toMinute(startOfDay(new Date(now), zone.peek()).getTime()),
    to: toMinute(now + 60_000),
  };
}

/** `2026-11-25T10:42`, as a field for a date and time takes it. */
const toMinute = (ms: number): string => localTimeOf(ms, zone.peek()).slice(0, "2026-11-25T10:42".length);

/** Times in the account's zone. They are applied as soon as the second is after the first. */
function OwnTimes(given: { from: string; to: string }) {
  const shown = unfinished.value ?? given;
  const take = (change: Partial<typeof given>) => {
    const next = { ...shown, ...change };
    const isPeriod = isPeriodChoice(next.from, next.to);
    unfinished.value = isPeriod ? null : next;
    if (isPeriod) goCalls({ period: next });
  };
  return (
    <span class="own-times">
      {(["from", "to"] as const).map((end) => (
        <label key={end}>
          {words.calls[end]}
          <input
            type="datetime-local"
            value={shown[end]}
            aria-invalid={unfinished.value !== null}
            onChange={(event) => take({ [end]: event.currentTarget.value })}
          />
        </label>
      ))}
      {unfinished.value && <span role="alert">{words.calls.wrongOrder}</span>}
    </span>
  );
}
