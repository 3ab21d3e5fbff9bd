/** An error text of the socket protocol, and the reason for it. */
type SocketError = { text: string; reason: string };

/** Every `error` of a Failed message that is not about one parameter. */
export const SOCKET_ERRORS = {
  invalidBody: {
    text: "invalid body",
    reason:
      "The message is not a JSON object with a text in `event`. The answer's event is `InvalidMessage`.",
  },
  tooManyWaiting: {
    text: "too many commands waiting",
    reason: "1,000 commands of this socket, or 1 MiB of them, wait for their answers. Send fewer at a time.",
  },
  unavailable: {
    text: "unavailable, try again",
    reason: "The database does not answer. The command can be sent again.",
  },
  internal: {
    text: "internal error",
    reason: "The server failed. Its log has the error.",
  },
  future: {
    text: "at must not be in the future",
    reason: "`Rewind` was called with a moment in the future.",
  },
} as const satisfies Record<string, SocketError>;

/** The error of a command that does not exist; the answer's event is `InvalidEvent`. Long names are cut. */
export const unknownEvent = (event: string, known: readonly string[]): string =>
  `unknown event ${JSON.stringify(event.slice(0, 50))}: use one of ${known.join(", ")}`;
