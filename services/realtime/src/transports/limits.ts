/** The largest command there is takes a few KiB; this leaves room for a client's own fields, and none for floods. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** A client is asked this often whether it is there. By socket.io it is gone when it has not answered by the next time. */
export const PING_MS = 10_000;

/** socket.io's own path; every other one is plain WebSocket's. */
export const isSocketIo = (url: string | undefined): boolean => url?.startsWith("/socket.io/") ?? false;
