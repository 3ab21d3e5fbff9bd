import { formatCount } from "./format.ts";
import { rareWords } from "./rare-words.ts";
import { system } from "./system.ts";
import { totalsOf } from "./system-report.ts";

const { refused, reasons } = rareWords.systemPage;

/** What was refused in the last hour without being kept, counted by status: there is no body of it to look at. */
export function RefusalsSection() {
  const totals = totalsOf(system.value?.refusals ?? []);
  if (totals.length === 0) return null;
  return (
    <section class="refusals" aria-label={refused}>
      <h2>{refused}</h2>
      <ul>
        {totals.map(({ status, count }) => (
          <li key={status}>
            <strong>{status}</strong> ×{formatCount(count)} <span class="soft">{reasons[status]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
