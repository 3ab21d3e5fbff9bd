import type { RefusedName } from "@teravoz/protocol/client";
import { Scrolled } from "../base/elements/scrolled.tsx";
import { formatCount } from "../base/format.ts";
import { formatTimeOfDay } from "../base/times.ts";
import { systemWords } from "./words.ts";

const say = systemWords;

/** The number of names that are shown, the most frequent first: more would push the rest of the page off the screen. */
const SHOWN = 5;

const timeOf = ({ last }: RefusedName): string => formatTimeOfDay(Date.parse(last)).slice(0, 5);

/** The refused addresses, as rows below the status 404. */
export function WrongPaths({ paths }: { paths: readonly RefusedName[] }) {
  return paths.slice(0, SHOWN).map((path) => (
    <tr key={path.name} class="wrong-path" title={say.tips.wrongPaths}>
      <td />
      <td>
        <code>{path.name}</code>
      </td>
      <td class="figure">{formatCount(path.count)}</td>
      <td class="figure">{timeOf(path)}</td>
    </tr>
  ));
}

/** The origins of other pages that tried to connect; nothing if there were none. */
export function RefusedOrigins({ origins }: { origins: readonly RefusedName[] }) {
  const { origin, count, last } = say.originColumns;
  if (origins.length === 0) return null;
  return (
    <Scrolled class="calls" label={say.refusedOrigins}>
      <table title={say.tips.origins}>
        <caption>{say.refusedOrigins}</caption>
        <thead>
          <tr>
            <th scope="col">{origin}</th>
            <th scope="col" class="figure">
              {count}
            </th>
            <th scope="col" class="figure">
              {last}
            </th>
          </tr>
        </thead>
        <tbody>
          {origins.slice(0, SHOWN).map((each) => (
            <tr key={each.name}>
              <th scope="row">{each.name}</th>
              <td class="figure">{formatCount(each.count)}</td>
              <td class="figure">{timeOf(each)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
