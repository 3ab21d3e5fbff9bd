import { isRunning } from "@teravoz/domain/gateway";
import type { Instance, SystemReport } from "@teravoz/protocol/client";
import { formatCount } from "../base/format.ts";
import { connection } from "../base/socket.ts";
import { words } from "../words.ts";
import { system } from "./read-system.ts";
import { RefusedOrigins } from "./refused-names.tsx";
import { Sparkline } from "./sparkline.tsx";
import { findTroubles, perMinute } from "./system-report.ts";
import { Instances, Lags, Refused } from "./system-tables.tsx";
import { Verdict } from "./system-verdict.tsx";
import { systemWords } from "./words.ts";
import "./system-page.css";

const NONE = "–";
const say = systemWords;

/** The health of the gateway: its services, the events that wait between them, and the requests that were refused. */
export function SystemPage() {
  const report = system.value;
  if (!report) return connection.value.status === "lost" ? null : <p class="empty">{words.base.loading}</p>;
  return (
    <div class="system-page">
      <Verdict troubles={findTroubles(report)} />
      <Cards report={report} />
      <div class="columns">
        <Instances report={report} />
        <div class="sides">
          <Lags lag={report.lag} />
          <Refused report={report} />
          {/* an instance of an earlier release does not send them */}
          <RefusedOrigins origins={report.refused_origins ?? []} />
        </div>
      </div>
    </div>
  );
}

function Cards({ report }: { report: SystemReport }) {
  const { lag, rates, refusals, accepted, instances } = report;
  const counts = rates && perMinute(rates, Date.parse(report.now));
  const refused = refusals.reduce((sum, { count }) => sum + count, 0);
  return (
    <dl class="cards">
      <div class="card wide" title={say.tips.events}>
        <dt>{say.cards.events}</dt>
        <dd>
          {counts ? formatCount(counts.at(-2)!) : NONE}
          {counts && <Sparkline counts={counts} label={say.lastHour(formatCount(Math.max(...counts)))} />}
        </dd>
      </div>
      <Card name={say.cards.lag} tip={say.tips.lag} value={lag ? formatCount(lag.records) : NONE} />
      <Card name={say.cards.accepted} tip={say.tips.accepted} value={formatCount(accepted)} />
      <Card name={say.cards.refused} tip={say.tips.refused} value={formatCount(refused)} />
      <Card name={say.cards.sockets} tip={say.tips.sockets} value={formatCount(countSockets(instances))} />
    </dl>
  );
}

const countSockets = (instances: readonly Instance[]): number =>
  instances
    .filter((each) => isRunning(each) && !each.foreign)
    .reduce((sum, { figures: { sockets = 0 } }) => sum + sockets, 0);

function Card({ name, tip, value }: { name: string; tip: string; value: string }) {
  return (
    <div class="card" title={tip}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
