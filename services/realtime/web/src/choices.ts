import { signal } from "@preact/signals";

/** Numbers are people's: masked until someone asks for them, and again after each reload. */
export const masked = signal(true);

/** The call_id of the call whose events are shown. */
export const selected = signal<string | null>(null);
