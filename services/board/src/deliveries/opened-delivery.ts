import { signal } from "@preact/signals";

/** The id of the delivery whose details are shown; null if no details are shown, or those of a call. */
export const openedDelivery = signal<string | null>(null);
