import { computed, signal } from "@preact/signals";

/** The time zone of the account (IANA name); null until a report has named it. */
export const accountZone = signal<string | null>(null);

/** The time zone of all times of the page: the account's, or the browser's until the account's is known. */
export const zone = computed(() => accountZone.value ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
