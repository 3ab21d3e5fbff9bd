import { type Event, type Fold, type FoldedCall, foldCall } from "@teravoz/domain";

/** The fold of a future release, which folds every call a little differently. */
export const newerFold: Fold = Object.assign(
  (events: readonly Event[]): FoldedCall | null => {
    const folded = foldCall(events);
    return folded && { ...folded, code: `newer ${folded.events}`, fold: foldCall.revision + 1 };
  },
  { ...foldCall, revision: foldCall.revision + 1 },
);
