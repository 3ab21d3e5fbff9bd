import type { Rig } from "../rig/rig.ts";
import type { Strike } from "./plan.ts";

/** A kind of harm, and how it is done and undone. */
export type Fault = {
  name: string;
  /** Processes or parts it may hit. */
  targets: readonly string[];
  /** Least and most. */
  holdMs: readonly [number, number];
  hits: readonly [number, number];
  /**
   * Does it, holds it, ends it. Resolves with when it was ended (ms since the epoch), or null where it did not come to
   * pass. What must then come back is all of the gateway, or one process.
   */
  strike(rig: Rig, strike: Strike): Promise<number | null>;
  recovers: "all" | "target";
};
