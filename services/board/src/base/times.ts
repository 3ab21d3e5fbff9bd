import { computed } from "@preact/signals";
import { serverTime } from "./clock.ts";
import { language } from "./language.ts";
import { zone } from "./zone.ts";

/** All times are in the account's zone, wherever the browser is. */
const clockOf = (options: Intl.DateTimeFormatOptions) =>
  computed(() => new Intl.DateTimeFormat(language, { hourCycle: "h23", timeZone: zone.value, ...options }));

const timeOfDay = clockOf({ timeStyle: "medium" });
const hour = clockOf({ timeStyle: "short" });
const dateAndTime = clockOf({ dateStyle: "short", timeStyle: "medium" });

const date = clockOf({ dateStyle: "short" });

const day = clockOf({ day: "2-digit", month: language === "pt-BR" ? "2-digit" : "short" });

/** `10:42:07`; takes ms since the epoch. */
export const formatTimeOfDay = (ms: number): string => timeOfDay.value.format(ms);

/** `10:42`; takes ms since the epoch. */
export const formatHour = (ms: number): string => hour.value.format(ms);

/** `25/11/2026, 10:42:07`; takes ms since the epoch. */
export const formatDateAndTime = (ms: number): string => dateAndTime.value.format(ms);

/** `24/11 10:42:07`, `Nov 24 10:42:07`; takes ms since the epoch. */
export const formatDayAndTime = (ms: number): string => `${day.value.format(ms)} ${formatTimeOfDay(ms)}`;

/** `24/11/2026`; takes ms since the epoch. */
export const formatShortDate = (ms: number): string => date.value.format(ms);

/** Returns whether a moment (ms since the epoch) is today in the account's zone, by the server's clock. */
export const isToday = (ms: number): boolean => formatShortDate(ms) === formatShortDate(serverTime());

/** `10:42:07` for a moment of today, otherwise with its day; takes ms since the epoch. */
export const formatRecent = (ms: number): string =>
  isToday(ms) ? formatTimeOfDay(ms) : formatDayAndTime(ms);
