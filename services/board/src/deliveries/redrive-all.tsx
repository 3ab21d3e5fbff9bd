import { useSignal } from "@preact/signals";
import type { DeliveryRow } from "@teravoz/protocol/client";
import { deliveries, readWaiting } from "./read-deliveries.ts";
import { type RedrivenAll, redriveAll } from "./redrive.ts";
import { RedriveForm } from "./redrive-form.tsx";
import { deliveriesWords } from "./words.ts";

type Stage =
  | { at: "rest" | "reading" | "unreadable" }
  | { at: "asking"; waiting: DeliveryRow[] }
  | { at: "sending"; done: number; of: number }
  | { at: "done"; result: RedrivenAll };

/** Redrives all waiting dead letters that match the filter, after a confirmation. */
export function RedriveAll() {
  const stage = useSignal<Stage>({ at: "rest" });
  const waits = deliveries.value?.deliveries.some(({ letter }) => letter?.status === "waiting");
  const read = async () => {
    stage.value = { at: "reading" };
    const waiting = await readWaiting();
    stage.value = waiting ? { at: "asking", waiting } : { at: "unreadable" };
  };
  const send = async (waiting: readonly DeliveryRow[]) => {
    const ids = waiting.map(({ id }) => id);
    const showProgress = (done: number) => {
      stage.value = { at: "sending", done, of: ids.length };
    };
    showProgress(0);
    stage.value = { at: "done", result: await redriveAll(ids, showProgress) };
  };
  const { all, confirm, cancel } = deliveriesWords.redriveAll;
  const now = stage.value;
  if (now.at === "asking")
    return (
      <RedriveForm label={confirm(now.waiting.length)} busy={false} onRedrive={() => void send(now.waiting)}>
        <button
          type="button"
          onClick={() => {
            stage.value = { at: "rest" };
          }}
        >
          {cancel}
        </button>
      </RedriveForm>
    );
  return (
    <div class="redrive-all">
      {waits && (
        <button
          type="button"
          disabled={now.at === "reading" || now.at === "sending"}
          onClick={() => void read()}
        >
          {all}
        </button>
      )}
      <Progress stage={now} />
    </div>
  );
}

/** The progress of the redrive, or its result. */
function Progress({ stage }: { stage: Stage }) {
  const { sending, unreadable, result } = deliveriesWords.redriveAll;
  if (stage.at === "sending")
    return (
      <>
        <progress value={stage.done} max={stage.of} aria-label={sending(stage.done, stage.of)} />
        <span class="soft">{sending(stage.done, stage.of)}</span>
      </>
    );
  if (stage.at === "unreadable") return <span role="alert">{unreadable}</span>;
  if (stage.at !== "done") return null;
  const { counts, reason, left } = stage.result;
  return (
    <span role="status">
      {result(counts, left)}
      {reason !== null && <span class="soft"> {reason}</span>}
    </span>
  );
}
