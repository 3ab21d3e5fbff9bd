import "./system-page.css";
import { now } from "./clock.ts";
import { formatCount, formatDuration } from "./format.ts";
import { link } from "./live.ts";
import { Scrolled } from "./live-page.tsx";
import { Sparkline } from "./sparkline.tsx";
import { system } from "./system.ts";
import {
  findTroubles,
  type GradedTrouble,
  type Instance,
  type Lag,
  lagByTopic,
  perMinute,
  type Standing,
  type SystemReport,
  totalsOf,
} from "./system-report.ts";
import { formatTimeOfDay } from "./times.ts";
import { words } from "./words.ts";

const NONE = "–";
const say = words.systemPage;

/** Whether the gateway itself is well, and who is not: services, what waits between them, what was refused. */
export function SystemPage() {
  const report = system.value;
  if (!report) return link.value.status === "lost" ? null : <p class="empty">{words.loading}</p>;
  return (
    <div class="system-page">
      <Verdict troubles={findTroubles(report)} />
      <Cards report={report} />
      <div class="columns">
        <Instances report={report} />
        <div class="sides">
          <Lags lag={report.lag} />
          <Refused report={report} />
        </div>
      </div>
    </div>
  );
}

/** One sentence, and below it what is wrong. */
function Verdict({ troubles }: { troubles: readonly GradedTrouble[] }) {
  const level = troubles[0]?.level ?? "calm";
  return (
    <section class={`verdict ${level}`} aria-live="polite">
      <h2>
        <span class="shape" aria-hidden="true">
          {VERDICT_SHAPES[level]}
        </span>
        {say.verdicts[level]}
      </h2>
      {troubles.length > 0 && (
        <ul>
          {troubles.map((trouble) => (
            <li key={keyOf(trouble)}>{sentenceOf(trouble)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

const VERDICT_SHAPES = { calm: "✓", near: "▲", over: "✕" };

function keyOf(trouble: GradedTrouble): string {
  if ("instance" in trouble)
    return `${trouble.kind} ${trouble.instance.service} ${trouble.instance.instance}`;
  return "service" in trouble ? `${trouble.kind} ${trouble.service}` : trouble.kind;
}

function sentenceOf(trouble: GradedTrouble): string {
  switch (trouble.kind) {
    case "deaf":
      return say.deaf;
    case "missing":
      return say.missing(trouble.service);
    case "unready":
      return say.unready(nameOf(trouble.instance), reasonsOf(trouble.instance));
    case "silent":
      return say.silent(nameOf(trouble.instance), formatTimeOfDay(Date.parse(trouble.instance.heard_at)));
    case "tolerated":
      return say.tolerated(nameOf(trouble.instance), reasonsOf(trouble.instance));
    case "spool":
      return say.spool(
        nameOf(trouble.instance),
        formatCount(trouble.records),
        formatDuration(trouble.oldestMs),
      );
    case "lag":
      return say.lag(formatCount(trouble.records), formatDuration(trouble.waitedMs));
    case "lagUnknown":
      return say.lagUnknown(trouble.reason);
    case "unavailable":
      return say.unavailable(formatCount(trouble.count));
  }
}

const nameOf = ({ service, instance }: Instance) => `${service} ${instance}`;
const reasonsOf = ({ failing }: Instance) =>
  failing.map(({ name, reason }) => `${name}: ${reason}`).join("; ");

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
    .filter(({ standing }) => standing === "ready" || standing === "unready")
    .reduce((sum, { figures: { sockets = 0 } }) => sum + sockets, 0);

function Card({ name, tip, value }: { name: string; tip: string; value: string }) {
  return (
    <div class="card" title={tip}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Instances({ report: { instances, missing } }: { report: SystemReport }) {
  const { service, instance, state, since, hands, version } = say.instanceColumns;
  return (
    <Scrolled class="calls" label={say.instances}>
      <table>
        <caption>{say.instances}</caption>
        <thead>
          <tr>
            {[service, state, since, instance, hands, version].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {missing.map((name) => (
            <Missing key={name} service={name} />
          ))}
          {instances.map((each) => [
            <InstanceLine key={nameOf(each)} shown={each} />,
            each.failing.length > 0 && <Reasons key={`${nameOf(each)} why`} shown={each} />,
          ])}
        </tbody>
      </table>
      {instances.length === 0 && <p class="empty">{say.nobodyYet}</p>}
    </Scrolled>
  );
}

function Missing({ service }: { service: string }) {
  return (
    <tr class="late">
      <th scope="row">{service}</th>
      <td colSpan={5}>
        <span class="state silent">
          <Shape of="silent" />
          {say.nobody}
        </span>
      </td>
    </tr>
  );
}

function InstanceLine({ shown }: { shown: Instance }) {
  const { service, instance, standing, since, version } = shown;
  return (
    <tr class={standing === "stopped" ? "done" : ""}>
      <th scope="row" title={say.jobs[service]}>
        {service}
      </th>
      <td>
        <span class={`state ${standing}`}>
          <Shape of={standing} />
          {say.standings[standing]}
        </span>
      </td>
      <td>{formatDuration(Math.max(0, now.value - Date.parse(since)))}</td>
      <td title={instance}>{endOf(instance)}</td>
      <td>{handsOf(shown)}</td>
      <td>{version}</td>
    </tr>
  );
}

/** Of names that are made by machines the end tells one from the other. */
const SHOWN_OF_NAME = 24;
const endOf = (name: string) => (name.length > SHOWN_OF_NAME ? `…${name.slice(1 - SHOWN_OF_NAME)}` : name);

/** Shape, word and colour: any one of them is enough. */
const SHAPES: Record<Standing, string> = { ready: "●", unready: "▲", silent: "✕", stopped: "■" };

function Shape({ of }: { of: Standing }) {
  return (
    <span class="shape" aria-hidden="true">
      {SHAPES[of]}
    </span>
  );
}

function handsOf({ standing, figures }: Instance): string {
  if (standing === "silent" || standing === "stopped") return NONE;
  const { partitions, sockets, spool_records } = figures;
  if (partitions !== undefined) return say.partitions(partitions);
  if (sockets !== undefined) return say.sockets(sockets);
  return spool_records === undefined ? NONE : say.spooled(formatCount(spool_records));
}

function Reasons({ shown: { failing } }: { shown: Instance }) {
  return (
    <tr class="reasons">
      <td />
      <td colSpan={5}>
        {failing.map(({ name, reason, tolerated }) => (
          <div key={name} class={tolerated ? "near" : "over"}>
            {name}: {reason}
            {tolerated && ` (${say.isTolerated})`}
          </div>
        ))}
      </td>
    </tr>
  );
}

function Lags({ lag }: { lag: Lag | null }) {
  const { topic, records, worst, waited } = say.lagColumns;
  return (
    <Scrolled class="calls" label={say.lags}>
      <table>
        <caption>{say.lags}</caption>
        <thead>
          <tr>
            <th scope="col">{topic}</th>
            {[records, worst, waited].map((label) => (
              <th key={label} scope="col" class="figure">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(lag ? lagByTopic(lag) : []).map((each) => (
            <tr key={each.topic}>
              <th scope="row">{each.topic}</th>
              <td class="figure">{formatCount(each.records)}</td>
              <td class="figure">
                {each.records > 0 ? say.worst(each.worst.partition, formatCount(each.worst.records)) : NONE}
              </td>
              <td class="figure">{each.records > 0 ? formatDuration(each.waited_ms) : NONE}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!lag && <p class="empty">{say.lagUnknownHere}</p>}
    </Scrolled>
  );
}

function Refused({ report: { refusals, accepted } }: { report: SystemReport }) {
  const { status, why, count, last } = say.refusedColumns;
  const totals = totalsOf(refusals);
  return (
    <Scrolled class="calls" label={say.refused}>
      <table>
        <caption>{say.refused}</caption>
        <thead>
          <tr>
            <th scope="col">{status}</th>
            <th scope="col">{why}</th>
            <th scope="col" class="figure">
              {count}
            </th>
            <th scope="col" class="figure">
              {last}
            </th>
          </tr>
        </thead>
        <tbody>
          {totals.map((each) => (
            <tr key={each.status}>
              <th scope="row">{each.status}</th>
              <td>{say.reasons[each.status] ?? NONE}</td>
              <td class="figure">{formatCount(each.count)}</td>
              <td class="figure">{formatTimeOfDay(Date.parse(each.last)).slice(0, 5)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {totals.length === 0 && <Nothing accepted={accepted} />}
    </Scrolled>
  );
}

function Nothing({ accepted }: { accepted: number }) {
  if (accepted > 0) return <p class="empty">{say.nothingRefused}</p>;
  return (
    <div class="empty">
      <p>{say.nothingCame}</p>
      <p>
        {words.emptyHow} <code>npx -y pnpm simulate</code>
      </p>
    </div>
  );
}
