import type { Rig } from "../rig/rig.ts";

/** One act of the nemesis, with everything about it that is drawn from the seed. */
export type Strike = {
  fault: string;
  /** A process, or a part of the stack. */
  target: string;
  /** The duration of the fault. */
  holdMs: number;
  /** The number of times that the process must reach its point before an aimed kill ends it. */
  hits: number;
  /** The pause before it in its lane. */
  gapMs: number;
};

/** A kind of fault, with the function that causes and heals it. */
export type Fault = {
  name: string;
  /** Processes or parts that it may hit. */
  targets: readonly string[];
  /** The shortest and the longest duration. */
  holdMs: readonly [number, number];
  hits: readonly [number, number];
  /**
   * Causes the fault, holds it and heals it. Resolves with the moment at which it was healed (ms since the epoch), or
   * with null if it did not happen.
   */
  strike(rig: Rig, strike: Strike): Promise<number | null>;
  /** The services that must become ready afterwards: all of the gateway, or the process that was hit. */
  recovers: "all" | "target";
};
