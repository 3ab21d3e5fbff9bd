/** The promises, numbered as in test/faults/README.md. */
export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8" | "I9" | "I10" | "I11" | "I13";

export type Damage =
  | "missing"
  | "doubled"
  | "id given twice"
  | "altered"
  | "swapped"
  | "invented"
  | "refused but there"
  | "stale call"
  | "call without events"
  | "events without a call"
  | "replayed otherwise"
  | "order matters"
  | "committed past the stored"
  | "not put aside"
  | "put aside twice"
  | "stale client"
  | "lost notice"
  | "vanished"
  | "erased but there"
  | "personal in a log"
  | "ended by itself"
  | "not recovered"
  | "refused";

/** A broken promise. `where` names the event, call, client, partition or process. */
export type Violation = { invariant: Invariant; damage: Damage; where: string; detail: string };

export const formatViolation = ({ invariant, damage, where, detail }: Violation) =>
  `${invariant} ${damage}: ${where}${detail && ` (${detail})`}`;
