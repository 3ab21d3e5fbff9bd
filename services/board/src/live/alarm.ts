import { computed, effect, signal } from "@preact/signals";
import { now } from "../base/clock.ts";
import { connection, staleSince } from "../base/socket.ts";
import { report } from "../reports/followed-reports.ts";
import { urgencyOf } from "../reports/urgency.ts";
import { rewound } from "../rewind/rewind.ts";

const SOUND = "sound";

/**
 * True if a sound announces a caller who waits longer than the queue's limit. The setting is kept in this
 * browser and is off by default.
 */
export const sound = signal(globalThis.localStorage?.getItem(SOUND) === "on");

/** Switches the sound on or off. Switching it on plays it once, so that the user knows it. */
export function toggleSound(): void {
  sound.value = !sound.value;
  localStorage.setItem(SOUND, sound.value ? "on" : "off");
  if (sound.value) ring();
}

/** The number of queues with a caller who has waited too long; 0 if the page is stale or shows the past. */
const queuesOver = computed(() => {
  if (connection.value.status !== "live" || staleSince.value !== null || rewound.value) return 0;
  const isOver = ({
    waiting_since,
    serviceLevelMs,
  }: {
    waiting_since: string | null;
    serviceLevelMs: number;
  }) => waiting_since !== null && urgencyOf(now.value - Date.parse(waiting_since), serviceLevelMs) === "over";
  return report.value?.queues.filter(isOver).length ?? 0;
});

/** Plays the sound once when another queue becomes late, not while it stays late. */
export function listenForLate(): void {
  let before = 0;
  effect(() => {
    const count = queuesOver.value;
    if (count > before && sound.peek()) ring();
    before = count;
  });
}

/** Two short tones, the second one higher: audible through conversations, and unlike a telephone. */
const TONES_HZ = [660, 880];
const TONE_S = 0.14;
const LOUDNESS = 0.2;

let speaker: AudioContext | null = null;

/** Plays the tones. A browser plays no sound until the user has clicked or typed on the loaded page. */
function ring(): void {
  speaker ??= new AudioContext();
  void speaker.resume();
  for (const [n, hz] of TONES_HZ.entries()) {
    const at = speaker.currentTime + n * TONE_S;
    const loudness = new GainNode(speaker, { gain: 0 });
    loudness.gain.setTargetAtTime(LOUDNESS, at, 0.01);
    loudness.gain.setTargetAtTime(0, at + TONE_S, 0.02);
    const tone = new OscillatorNode(speaker, { frequency: hz });
    tone.connect(loudness).connect(speaker.destination);
    tone.start(at);
    tone.stop(at + 2 * TONE_S);
  }
}
