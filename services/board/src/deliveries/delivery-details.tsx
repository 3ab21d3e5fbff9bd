import { useSignal } from "@preact/signals";
import type { DeliveryBody, DeliveryRow } from "@teravoz/protocol/client";
import { useEffect, useRef } from "preact/hooks";
import { CopyButton } from "../base/elements/copy-button.tsx";
import { formatBody, formatKey, maskText } from "../base/format.ts";
import { masked } from "../base/preferences.ts";
import { formatDateAndTime } from "../base/times.ts";
import { words } from "../words.ts";
import { DeliveryMarks, nameOf } from "./delivery-mark.tsx";
import { openedDelivery } from "./opened-delivery.ts";
import { readBody } from "./read-deliveries.ts";
import { type Redriven, redrive } from "./redrive.ts";
import { RedriveForm } from "./redrive-form.tsx";
import { deliveriesWords } from "./words.ts";

/** The details of a delivery without a call: a dead letter, or an event of an agent. */
export function DeliveryDetails({ delivery }: { delivery: DeliveryRow }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <aside class="details" aria-labelledby="delivery-heading">
      <h2 id="delivery-heading" tabIndex={-1} ref={heading}>
        {nameOf(delivery.type)}
      </h2>
      <button
        type="button"
        class="quiet close"
        onClick={() => {
          openedDelivery.value = null;
        }}
      >
        {words.base.close}
      </button>
      <Facts delivery={delivery} />
      {delivery.letter && <Redrive delivery={delivery} />}
      <h3>{words.base.body}</h3>
      <BodyText delivery={delivery} />
    </aside>
  );
}

function Facts({ delivery }: { delivery: DeliveryRow }) {
  const { columns, facts: names, reasons } = deliveriesWords;
  const { key, letter, received_at, redeliveries, answer } = delivery;
  const facts: [string, string | null][] = [
    [columns.key, key && formatKey(key, masked.value)],
    [columns.answer, String(answer)],
    [names.reason, letter && (reasons[letter.reason] ?? letter.reason)],
    [names.letterStatus, letter && `${words.deliveries.letterStatuses[letter.status]}${sinceOf(letter)}`],
    [letter ? names.firstSeen : columns.received, time(received_at)],
    [names.lastSeen, letter && time(letter.last_seen)],
    [names.copies, letter && String(redeliveries + 1)],
  ];
  return (
    <dl>
      <dt>{columns.status}</dt>
      <dd>
        <DeliveryMarks delivery={delivery} />
      </dd>
      {facts.map(([name, value]) => value && [<dt key={name}>{name}</dt>, <dd key={`${name}:`}>{value}</dd>])}
    </dl>
  );
}

const time = (iso: string) => formatDateAndTime(Date.parse(iso));

const sinceOf = ({ status, status_at }: NonNullable<DeliveryRow["letter"]>) =>
  status === "waiting" ? "" : ` (${time(status_at)})`;

function BodyText({ delivery: { id, redeliveries, letter } }: { delivery: DeliveryRow }) {
  const shown = useSignal<DeliveryBody | "loading" | "unreadable">("loading");
  useEffect(() => {
    void readBody(id).then((body) => {
      shown.value = body ?? "unreadable";
    });
    // another copy or a drop may have changed the body
  }, [id, redeliveries, letter?.status]);
  const body = shown.value;
  if (body === "loading") return <p>{words.base.loading}</p>;
  if (body === "unreadable") return <p>{deliveriesWords.bodyUnreadable}</p>;
  if (body.body === null) return <p>{deliveriesWords.noBody}</p>;
  const text = body.encoding === "base64" ? body.body : readable(body.body);
  return (
    <>
      {body.encoding === "base64" && <p class="soft">{deliveriesWords.binary}</p>}
      <pre>{text}</pre>
      <CopyButton text={text} />
    </>
  );
}

/** Indents JSON and leaves any other text unchanged. Both are masked. */
function readable(text: string): string {
  try {
    return formatBody(JSON.parse(text), masked.value);
  } catch {
    return maskText(text, masked.value);
  }
}

function Redrive({ delivery: { id, letter } }: { delivery: DeliveryRow }) {
  const result = useSignal<Redriven | "sending" | null>(null);
  const send = async () => {
    result.value = "sending";
    result.value = await redrive(id);
  };
  const { redriveOne, sending, outcomes } = deliveriesWords;
  const now = result.value;
  return (
    <section class="redrive-one" aria-label={redriveOne}>
      {letter?.status !== "dropped" && (
        <RedriveForm label={redriveOne} busy={now === "sending"} onRedrive={() => void send()} />
      )}
      <p role="status">
        {now === "sending" && sending}
        {now !== null && now !== "sending" && now.outcome !== "token" && (
          <>
            {outcomes[now.outcome]} {now.reason && <span class="soft">{now.reason}</span>}
          </>
        )}
      </p>
    </section>
  );
}
