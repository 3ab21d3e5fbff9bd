import { SimulatorHint } from "../base/elements/simulator-hint.tsx";
import { rewound } from "../rewind/rewind.ts";
import { words } from "../words.ts";

/** Shown in place of the queues if there are none. */
export function NoQueues() {
  if (rewound.value) return <p class="empty">{words.rewind.noCalls}</p>;
  return (
    <div class="empty">
      <p>{words.live.noQueues}</p>
      <SimulatorHint />
    </div>
  );
}
