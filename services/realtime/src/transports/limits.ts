/**
 * The maximum size of a message. The largest command takes a few KiB; the rest is room for a client's own fields, but
 * not for floods.
 */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** The time between two pings of a client. A socket.io client is gone if it has not answered before the next ping. */
export const PING_MS = 10_000;

/** Returns whether the path is socket.io's own. Every other path is plain WebSocket's. */
export const isSocketIo = (url: string | undefined): boolean => url?.startsWith("/socket.io/") ?? false;
