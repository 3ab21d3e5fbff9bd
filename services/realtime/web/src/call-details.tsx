import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Call, CallEvent } from "./calls.ts";
import { masked, selected } from "./choices.ts";
import { formatBody, formatNumber } from "./format.ts";
import { calls, changes, link, readEvents } from "./live.ts";
import { StateMark } from "./state-mark.tsx";
import { language, words } from "./words.ts";

type Shown = { events: CallEvent[]; more: boolean } | "loading" | "unreadable" | "erased";

const RETRY_MS = 2_000;

export function CallDetails({ call_id }: { call_id: string }) {
  const shown = useEvents(call_id);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && close();
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <aside class="details" aria-labelledby="call-heading">
      <h2 id="call-heading" tabIndex={-1} ref={heading}>
        {words.call} <code>{call_id}</code>
      </h2>
      <button type="button" class="quiet close" onClick={close}>
        {words.close}
      </button>
      <Facts call={calls.value.get(call_id)} />
      <h3>{words.events}</h3>
      <Events shown={shown} />
    </aside>
  );
}

function close(): void {
  selected.value = null;
}

/** The events of one call, read again whenever it changes or the connection is back. */
function useEvents(call_id: string): Shown {
  const shown = useSignal<Shown>("loading");
  useSignalEffect(() => {
    const change = changes.value;
    const mine = change?.aggregate_id === call_id;
    if (link.value.status !== "live" || shown.peek() === "erased") return;
    if (mine && change.erased) shown.value = "erased";
    else if (mine || typeof shown.peek() === "string") void read();
  });
  const read = async () => {
    const answer = await readEvents(call_id);
    if (shown.peek() === "erased") return;
    shown.value = answer ?? "unreadable";
    if (!answer) setTimeout(() => selected.peek() === call_id && void read(), RETRY_MS);
  };
  return shown.value;
}

function Facts({ call }: { call: Call | undefined }) {
  if (!call) return null;
  const number = (value: string | null) => value && formatNumber(value, masked.value);
  const facts: [string, string | null][] = [
    [words.columns.from, number(call.their_number)],
    [words.columns.to, number(call.our_number)],
    [words.columns.queue, call.queue],
    [words.columns.agent, call.actor],
    [words.direction, call.direction && (words.directions[call.direction] ?? call.direction)],
    [words.began, formatTime(call.created_at)],
    [words.answered, formatTime(call.answered_at)],
    [words.ended, formatTime(call.finished_at)],
  ];
  return (
    <dl>
      <dt>{words.columns.state}</dt>
      <dd>
        <StateMark state={call.state} />
      </dd>
      {facts.map(([name, value]) => value && [<dt key={name}>{name}</dt>, <dd key={`${name}:`}>{value}</dd>])}
    </dl>
  );
}

function Events({ shown }: { shown: Shown }) {
  if (typeof shown === "string") return <p>{words[shown]}</p>;
  return (
    <ol>
      {shown.events.map(({ id, event }) => (
        <li key={id}>
          <time>{formatTime(event.timestamp) ?? "–"}</time> <strong>{String(event.type)}</strong>
          <pre>{formatBody(event, masked.value)}</pre>
        </li>
      ))}
      {shown.more && <li>{words.moreEvents}</li>}
    </ol>
  );
}

const clock = new Intl.DateTimeFormat(language, {
  dateStyle: "short",
  timeStyle: "medium",
  hourCycle: "h23",
});

/** ISO 8601, or epoch seconds as some senders write; what is no time is shown as it came. */
function formatTime(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = String(value);
  const time = /^\d{10}$/.test(text)
    ? Number(text) * 1_000
    : /^\d{13}$/.test(text)
      ? Number(text)
      : Date.parse(text);
  return Number.isNaN(time) ? text : clock.format(time);
}
