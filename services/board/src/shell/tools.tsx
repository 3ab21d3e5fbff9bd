import { computed } from "@preact/signals";
import { now } from "../base/clock.ts";
import { cityOf } from "../base/format.ts";
import { switchLanguage } from "../base/language.ts";
import { masked, nextTheme, type Theme, theme } from "../base/preferences.ts";
import { formatTimeOfDay } from "../base/times.ts";
import { zone } from "../base/zone.ts";
import { sound, toggleSound } from "../live/alarm.ts";
import { HANDLE_ID, rewind, rewound } from "../rewind/rewind.ts";
import { toggleTv } from "../tv/tv.ts";
import { words } from "../words.ts";
import { helping } from "./help.tsx";

const time = computed(() => formatTimeOfDay(now.value));
const city = computed(() => cityOf(zone.value));

const SHADES: Record<Theme, string> = { auto: "◐", light: "○", dark: "●" };

/** The tools in the header: the account's time, and what the user can choose. */
export function Tools() {
  return (
    <div class="tools">
      {!rewound.value && (
        <>
          <span class="soft">
            <time>{time}</time> {city}
          </span>
          <button
            type="button"
            class="quiet"
            id={HANDLE_ID}
            aria-label={words.rewind.handle}
            title={words.rewind.handleTip}
            onClick={rewind}
          >
            ↺ <span class="if-wide">{words.rewind.handle}</span>
          </button>
        </>
      )}
      <button
        type="button"
        class="quiet"
        onClick={() => {
          masked.value = !masked.value;
        }}
      >
        {masked.value ? words.shell.showNumbers : words.shell.hideNumbers}
      </button>
      <button type="button" class="quiet" onClick={switchLanguage}>
        {words.shell.otherLanguage}
      </button>
      <button
        type="button"
        class="quiet"
        aria-label={`${words.shell.theme}: ${words.shell.themes[theme.value]}`}
        title={words.shell.themes[theme.value]}
        onClick={nextTheme}
      >
        {SHADES[theme.value]}
      </button>
      <button
        type="button"
        class="quiet"
        aria-label={words.shell.sound}
        aria-pressed={sound.value}
        title={words.shell.sound}
        onClick={toggleSound}
      >
        ♪
      </button>
      <button type="button" class="quiet" title={words.shell.tv} onClick={toggleTv}>
        TV
      </button>
      <button
        type="button"
        class="quiet"
        aria-label={words.shell.help}
        title={words.shell.help}
        onClick={() => {
          helping.value = true;
        }}
      >
        ?
      </button>
    </div>
  );
}
