/** A page's cursor that cannot be read: the caller's mistake, not a fault. */
export class InvalidCursor extends Error {
  override name = "InvalidCursor";
  constructor() {
    super("cursor is not one of a page before");
  }
}

/** More was asked for than may be held at once: the caller's to ask for less. */
export class TooLarge extends Error {
  override name = "TooLarge";
}

/** A dependency does not answer now: the same request may succeed later. Never thrown for what can never succeed. */
export class Unavailable extends Error {
  override name = "Unavailable";
}

/** Unavailable after the work was handed over: it may be done, now or later, and is safe to ask for again. */
export class OutcomeUnknown extends Unavailable {
  override name = "OutcomeUnknown";
}

/** Unavailable to this record alone: tried again it is refused again, until someone changes a setting. */
export class RefusedForGood extends Unavailable {
  override name = "RefusedForGood";
}
