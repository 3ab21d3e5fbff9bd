import { formatCount } from "../base/format.ts";
import { system } from "../system/read-system.ts";
import { totalsOf } from "../system/system-report.ts";
import { systemWords } from "../system/words.ts";

const { refused, reasons } = systemWords;

/** The number of requests that were refused in the last hour, by status. Their bodies are not stored. */
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
