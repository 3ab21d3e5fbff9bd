import { dayOf, firstMomentOf, localTimeOf } from "@teravoz/domain/time";
import { useEffect, useRef } from "preact/hooks";
import { serverTime } from "../base/clock.ts";
import { at } from "../base/route.ts";
import { formatDayAndTime, formatTimeOfDay } from "../base/times.ts";
import { zone } from "../base/zone.ts";
import { words } from "../words.ts";
import {
  backToLive,
  playing,
  rewound,
  SPEEDS,
  STEP_MS,
  seek,
  seen,
  speed,
  step,
  togglePlaying,
  trouble,
} from "./rewind.ts";

/** The bar above the rewound board: the moment that is shown, and the controls that change it. */
export function RewindBar() {
  return (
    <section class="rewind" aria-label={words.rewind.controls}>
      <div class="rewind-head">
        <h1>
          ↺ {words.rewind.title} <time dateTime={new Date(seen.value).toISOString()}>{momentSeen()}</time>
        </h1>
        <span role="status">{trouble.value && words.rewind.troubles[trouble.value]}</span>
        <button type="button" onClick={backToLive}>
          ● {words.rewind.backToLive}
        </button>
      </div>
      <Controls />
    </section>
  );
}

const momentSeen = () => formatDayAndTime(seen.value);

function Controls() {
  const { back, forward, play, pause } = words.rewind;
  const seconds = STEP_MS / 1_000;
  return (
    <div class="rewind-controls">
      <div class="together">
        <button type="button" aria-label={back(seconds)} title={`${back(seconds)} (,)`} onClick={stepBack}>
          ◂◂
        </button>
        <button type="button" class="play" onClick={togglePlaying}>
          {playing.value ? `❚❚ ${pause}` : `▶ ${play}`}
        </button>
        <button
          type="button"
          aria-label={forward(seconds)}
          title={`${forward(seconds)} (.)`}
          onClick={stepForward}
        >
          ▸▸
        </button>
      </div>
      <Speeds />
      <DaySlider />
      <MomentEntry />
    </div>
  );
}

const stepBack = () => step(-STEP_MS);
const stepForward = () => step(STEP_MS);

function Speeds() {
  return (
    <fieldset class="together" aria-label={words.rewind.speed}>
      {SPEEDS.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={speed.value === each}
          onClick={() => {
            speed.value = each;
          }}
        >
          {each}×
        </button>
      ))}
    </fieldset>
  );
}

/** The step of the slider's own keys. */
const SLIDER_STEP_S = 10;

/** The slider of the chosen day, in seconds since the day began; today it ends now. */
function DaySlider() {
  const slider = useRef<HTMLInputElement>(null);
  useEffect(() => slider.current?.focus(), []);
  if (!rewound.value) return null;
  const day = dayOf(new Date(at.value!), zone.value);
  const from = day.from.getTime();
  const last = Math.min(day.to.getTime() - 1_000, serverTime());
  return (
    <div class="rewind-day">
      <span aria-hidden="true">{timeOf(from)}</span>
      <input
        ref={slider}
        type="range"
        min={0}
        max={Math.floor((last - from) / 1_000)}
        step={SLIDER_STEP_S}
        value={Math.floor((at.value! - from) / 1_000)}
        aria-label={words.rewind.slider}
        aria-valuetext={formatDayAndTime(at.value!)}
        onInput={(event) => seek(from + Number(event.currentTarget.value) * 1_000)}
      />
      <span aria-hidden="true">{timeOf(last)}</span>
    </div>
  );
}

/** `10:42`; takes ms since the epoch. */
const timeOf = (ms: number): string => formatTimeOfDay(ms).slice(0, 5);

/** The field for a typed moment. Playing pauses when the field gets the focus. */
function MomentEntry() {
  const go = (event: Event) => {
    const { value, validity } = event.currentTarget as HTMLInputElement;
    const moment = validity.valid ? firstMomentOf(value, zone.value) : null;
    if (moment !== null) seek(moment);
  };
  const pause = () => {
    playing.value = false;
  };
  return (
    <input
      type="datetime-local"
      step={1}
      min="2000-01-02T00:00:00"
      value={localTimeOf(at.value ?? 0, zone.value).slice(0, "2026-11-24T10:42:07".length)}
      aria-label={words.rewind.moment}
      onFocus={pause}
      onChange={go}
    />
  );
}
