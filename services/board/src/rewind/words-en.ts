import type { RewindWords } from "./words-pt.ts";

export const words: RewindWords = {
  handle: "rewind",
  handleTip: "See the board as it was at any moment (r)",
  title: "Rewound to:",
  light: "in the past",
  backToLive: "Back to live (Esc)",
  controls: "Rewind",
  moment: "Date and time",
  play: "Play",
  pause: "Pause",
  back: (seconds) => `${seconds} s back`,
  forward: (seconds) => `${seconds} s forward`,
  speed: "Speed",
  slider: "Time of day",
  troubles: {
    slow: "The server is slow: this moment has not loaded yet.",
    future: "This moment has not happened yet.",
    unreadable: "This moment cannot be read now. Trying again…",
  },
  nobodyWaited: "No caller was waiting at this moment.",
  noCalls: "No calls in the 25 hours before this moment.",
  wholeCall: "The whole call, including what happened after the moment that the board shows.",
};
