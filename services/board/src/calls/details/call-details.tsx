import { useSignal, useSignalEffect } from "@preact/signals";
import { canBePerson, formatTelephone } from "@teravoz/domain/telephone";
import type { Call } from "@teravoz/protocol/client";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { CopyButton } from "../../base/elements/copy-button.tsx";
import { Link } from "../../base/elements/link.tsx";
import { nameOfEvent } from "../../base/event-name.ts";
import { formatBody, formatDuration, formatLength } from "../../base/format.ts";
import { language } from "../../base/language.ts";
import { createPaced } from "../../base/paced.ts";
import { masked } from "../../base/preferences.ts";
import { closeCall } from "../../base/route.ts";
import { changed, connection, erased } from "../../base/socket.ts";
import { formatDateAndTime } from "../../base/times.ts";
import { agentsOf, type CallNumber, fromOf, queuesOf, toOf } from "../../model/call.ts";
import { rewound } from "../../rewind/rewind.ts";
import { words } from "../../words.ts";
import { StateMark } from "../state-mark.tsx";
import { CallDeliveries } from "./call-deliveries.tsx";
import { readCall, type WholeCall } from "./read-call.ts";
import { type Note, type Step, stepsOf } from "./timeline.ts";

type Shown = WholeCall | "loading" | "unreadable" | "erased";

export function CallDetails({ call_id }: { call_id: string }) {
  const shown = useCall(call_id);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <aside class="details" aria-labelledby="call-heading">
      <h2 id="call-heading" tabIndex={-1} ref={heading}>
        {words.details.call} <code>{call_id}</code>
      </h2>
      <button type="button" class="quiet close" onClick={closeCall}>
        {words.base.close}
      </button>
      {rewound.value && <p class="odd">{words.rewind.wholeCall}</p>}
      {typeof shown === "object" && <Facts call={shown.call} />}
      <h3>{words.details.events}</h3>
      <Events shown={shown} />
      {shown !== "erased" && <CallDeliveries call_id={call_id} />}
    </aside>
  );
}

/** Returns a call and reads it again after each change, even if the page does not follow this call. */
function useCall(call_id: string): Shown {
  const shown = useSignal<Shown>("loading");
  useSignalEffect(() => {
    if (erased.value === call_id) shown.value = "erased";
  });
  const reading = useMemo(() => {
    const read = async () => {
      const answer = await readCall(call_id);
      if (shown.peek() !== "erased") shown.value = answer ?? "unreadable";
      return answer !== null;
    };
    return createPaced(read);
  }, []);
  useSignalEffect(() => {
    changed.value;
    if (connection.value.status === "live") reading.trigger();
  });
  useEffect(() => () => reading.stop(), []);
  return shown.value;
}

function Facts({ call }: { call: Call | null }) {
  if (!call) return null;
  const facts: [string, ComponentChildren][] = [
    [words.calls.columns.from, linkNumber(fromOf(call))],
    [words.calls.columns.to, linkNumber(toOf(call))],
    [words.calls.columns.queue, inOrder(queuesOf(call), (queue) => <QueueLink queue={queue} />)],
    [words.calls.columns.agent, inOrder(agentsOf(call), (agent) => <AgentLink agent={agent} />)],
    [words.details.direction, words.calls.directions[call.counted_as]],
    [words.details.began, formatTime(call.began_at)],
    [words.details.answered, formatTime(call.answered_at)],
    [words.details.abandonedAt, call.abandoned && formatTime(call.abandoned_at)],
    [words.details.ended, formatTime(call.finished_at)],
  ];
  return (
    <dl>
      <dt>{words.calls.columns.state}</dt>
      <dd>
        <StateMark state={call.state} isPlain={call.counted_as !== "inbound"} />
      </dd>
      {facts.map(([name, value]) => value && [<dt key={name}>{name}</dt>, <dd key={`${name}:`}>{value}</dd>])}
    </dl>
  );
}

/** Names in the order of the call; false if there are none. */
const inOrder = (names: readonly string[], show: (name: string) => ComponentChildren) =>
  names.length > 0 &&
  names.map((name, place) => (
    <span key={name}>
      {place > 0 && " → "}
      {show(name)}
    </span>
  ));

/** A link to the page of a number. An extension is plain text: it has no page. */
function linkNumber({ written, shown, canonical }: CallNumber) {
  if (written === null || shown === null) return null;
  const text = formatTelephone(shown, masked.value);
  if (!canonical || !canBePerson(canonical)) return text;
  return (
    <Link to="number" view={{ q: written }}>
      {text}
    </Link>
  );
}

const QueueLink = ({ queue }: { queue: string }) => (
  <Link to="queues" view={{ queue }}>
    {queue}
  </Link>
);

const AgentLink = ({ agent }: { agent: string }) => (
  <Link to="agents" view={{ q: agent }}>
    {agent}
  </Link>
);

function Events({ shown }: { shown: Shown }) {
  if (shown === "loading") return <p>{words.base.loading}</p>;
  if (typeof shown === "string") return <p>{words.details[shown]}</p>;
  return (
    <ol class="timeline">
      {stepsOf(shown.events).map((step) => (
        <StepItem key={step.id} step={step} />
      ))}
      {shown.more && <li>{words.details.moreEvents}</li>}
    </ol>
  );
}

function StepItem({ step }: { step: Step }) {
  const body = formatBody(step.event, masked.value);
  return (
    <li>
      <p>
        <time>{formatDateAndTime(step.at)}</time> <strong>{nameOfEvent(step.type)}</strong>{" "}
        {step.queue && <QueueLink queue={step.queue} />}
        {step.queue && step.agent && " · "}
        {step.agent && <AgentLink agent={step.agent} />}
      </p>
      {step.notes.map((note) => (
        <p key={note.kind} class="odd">
          {sentenceOf(note, step.type)}
        </p>
      ))}
      <details>
        <summary>{words.base.body}</summary>
        <pre>{body}</pre>
        <CopyButton text={body} />
      </details>
      {step.lastedMs !== null && <p class="lasted">{formatDuration(step.lastedMs)}</p>}
    </li>
  );
}

function sentenceOf(note: Note, type: string): string {
  switch (note.kind) {
    case "cameBefore":
      return words.details.cameBefore(
        nameOfEvent(note.early),
        nameOfEvent(type),
        note.ms === null ? null : formatLength(note.ms, language),
      );
    case "noBeginning":
      return words.details.notes.noBeginning(nameOfEvent(type));
    case "quiet":
      return words.details.notes.quiet(formatLength(note.ms, language));
    default:
      return words.details.notes[note.kind];
  }
}

/** An ISO 8601 time of the server, formatted in the account's zone. */
const formatTime = (time: string | null): string | null =>
  time === null ? null : formatDateAndTime(Date.parse(time));
