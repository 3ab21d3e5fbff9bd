/** Thrown for a cursor that no earlier page gave: an error of the caller, not of the service. */
export class InvalidCursor extends Error {
  override name = "InvalidCursor";
  constructor() {
    super("invalid cursor: pass the `next` value of an earlier page");
  }
}

/** Thrown if an answer would need more memory than it may use: the caller must request less. */
export class TooLarge extends Error {
  override name = "TooLarge";
}

/**
 * Thrown while a dependency does not answer: the same request may succeed later. Never thrown for a request that can
 * never succeed.
 */
export class Unavailable extends Error {
  override name = "Unavailable";
}

/** Unavailable after the work was handed over: it may be done now or later. The request is safe to repeat. */
export class OutcomeUnknown extends Unavailable {
  override name = "OutcomeUnknown";
}

/** Unavailable for this record alone: it is refused again until an operator changes a setting. */
export class RefusedForGood extends Unavailable {
  override name = "RefusedForGood";
}
