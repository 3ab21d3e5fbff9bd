import type { Rig } from "../rig/rig.ts";
import type { Strike } from "./plan.ts";

/** A kind of harm, with the step that does and undoes it. */
export type Fault = {
  name: string;
  /** Processes or parts that it may hit. */
  targets: readonly string[];
  /** The shortest and the longest duration. */
  holdMs: readonly [number, number];
  hits: readonly [number, number];
  /**
   * Does the harm, holds it and undoes it. Resolves with the moment at which it was undone (ms since the epoch), or
   * with null if it did not happen.
   */
  strike(rig: Rig, strike: Strike): Promise<number | null>;
  /** The services that must become ready afterwards: all of the gateway, or the process that was hit. */
  recovers: "all" | "target";
};
