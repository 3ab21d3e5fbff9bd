/** The cursor of a page cannot be read: a mistake of the caller, not a fault. */
export class InvalidCursor extends Error {
  override name = "InvalidCursor";
  constructor() {
    super("cursor is not one of a page before");
  }
}

/** The answer would be larger than may be held at once: the caller must ask for less. */
export class TooLarge extends Error {
  override name = "TooLarge";
}

/** A dependency does not answer now: the same request may succeed later. Never thrown for a request that can never succeed. */
export class Unavailable extends Error {
  override name = "Unavailable";
}

/** Unavailable after the work was handed over: it may be done now or later. It is safe to ask again. */
export class OutcomeUnknown extends Unavailable {
  override name = "OutcomeUnknown";
}

/** Unavailable for this record alone: it is refused again until an operator changes a setting. */
export class RefusedForGood extends Unavailable {
  override name = "RefusedForGood";
}
