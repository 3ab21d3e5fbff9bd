import type { Instance, InstanceState, Lag, SystemReport } from "@teravoz/protocol/client";
import { now } from "../base/clock.ts";
import { Scrolled } from "../base/elements/scrolled.tsx";
import { SimulatorHint } from "../base/elements/simulator-hint.tsx";
import { formatCount, formatDuration } from "../base/format.ts";
import { formatTimeOfDay } from "../base/times.ts";
import { WrongPaths } from "./refused-names.tsx";
import { lagByTopic, totalsOf } from "./system-report.ts";
import { nameOf, shortId } from "./system-verdict.tsx";
import { systemWords } from "./words.ts";

const NONE = "–";
const say = systemWords;

export function Instances({ report: { instances, missing, installation } }: { report: SystemReport }) {
  const { service, instance, state, since, hands, version } = say.instanceColumns;
  return (
    <Scrolled class="calls" label={say.instances}>
      <table>
        <caption>
          {say.instances}
          {installation && <small title={installation}>{say.installation(shortId(installation))}</small>}
        </caption>
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
            (each.failing.length > 0 || each.foreign) && <Reasons key={`${nameOf(each)} why`} shown={each} />,
          ])}
        </tbody>
      </table>
      {instances.length === 0 && <p class="empty">{say.noInstanceYet}</p>}
    </Scrolled>
  );
}

function Missing({ service }: { service: string }) {
  return (
    <tr>
      <th scope="row">{service}</th>
      <td colSpan={5}>
        <span class="state silent">
          <Shape of="silent" />
          {say.noInstance}
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

/** The number of characters of a name that are shown: the end of a generated name distinguishes it from the others. */
const SHOWN_OF_NAME = 24;
const endOf = (name: string) => (name.length > SHOWN_OF_NAME ? `…${name.slice(1 - SHOWN_OF_NAME)}` : name);

/** Shape, word and colour have the same meaning: a reader needs only one of them. */
const SHAPES: Record<InstanceState, string> = { ready: "●", unready: "▲", silent: "✕", stopped: "■" };

function Shape({ of }: { of: InstanceState }) {
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

function Reasons({ shown: { failing, foreign, installation } }: { shown: Instance }) {
  return (
    <tr class="reasons">
      <td />
      <td colSpan={5}>
        {foreign && <div class="over">{say.ofAnother(shortId(installation))}</div>}
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

export function Lags({ lag }: { lag: Lag | null }) {
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

export function Refused({ report: { refusals, accepted, wrong_paths = [] } }: { report: SystemReport }) {
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
          {totals.map((each) => [
            <tr key={each.status}>
              <th scope="row">{each.status}</th>
              <td>{say.reasons[each.status] ?? NONE}</td>
              <td class="figure">{formatCount(each.count)}</td>
              <td class="figure">{formatTimeOfDay(Date.parse(each.last)).slice(0, 5)}</td>
            </tr>,
            each.status === 404 && <WrongPaths key="paths" paths={wrong_paths} />,
          ])}
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
      <SimulatorHint />
    </div>
  );
}
