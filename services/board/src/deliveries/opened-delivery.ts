import { signal } from "@preact/signals";

/** The id of the delivery whose details are shown; null if none is, or if the delivery belongs to a call. */
export const openedDelivery = signal<string | null>(null);
