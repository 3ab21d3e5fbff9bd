/** The largest command there is takes a few KiB; this leaves room for a client's own fields, and none for floods. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** socket.io's own path; every other one is plain WebSocket's. */
export const isSocketIo = (url: string | undefined): boolean => url?.startsWith("/socket.io/") ?? false;
