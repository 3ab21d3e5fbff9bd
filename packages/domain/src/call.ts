export type CallState = "NEW" | "STANDBY" | "WAITING" | "ONGOING" | "FINISHED";

/** A call as its events tell it. Missing is null, never absent. Strings are kept up to 256 UTF-16 units. */
export type FoldedCall = {
  aggregate_id: string;
  state: CallState;
  created_at: Date;
  updated_at: Date;
  code: string | null;
  direction: string | null;
  our_number: string | null;
  their_number: string | null;
  their_number_type: string | null;
  queue: string | null;
  actor: string | null;
  waiting_since: Date | null;
  answered_at: Date | null;
  finished_at: Date | null;
  abandoned: boolean;
  recording_url: string | null;
  /** How many different events the call has. */
  events: number;
  /** The revision of the fold that made this. */
  fold: number;
};

/** A call as it is kept and sent: the fold, its number and its version. */
export type Call = FoldedCall & {
  /** That of the call's first stored event; stays. */
  id: number;
  /** Grows with each change of the call: max(previous + 1, now in ms). */
  version: number;
};
