import { cpus } from "node:os";

/** A part of a campaign: its duration in ms, and the share of all cores that was busy meanwhile, 0 to 1. */
export type Phase = { name: string; ms: number; busy: number };

export type Phases = {
  /** The parts that have ended. */
  list: Phase[];
  /** Returns the name of the part that runs. */
  current(): string;
  /** Runs a part and measures it, even if it fails. */
  run<T>(name: string, part: () => Promise<T>): Promise<T>;
};

export function createPhases(): Phases {
  const list: Phase[] = [];
  let current = "";
  return {
    list,
    current: () => current,
    run: async (name, part) => {
      current = name;
      const began = Date.now();
      const before = readCpu();
      try {
        return await part();
      } finally {
        list.push({ name, ms: Date.now() - began, busy: shareBusy(before, readCpu()) });
      }
    },
  };
}

type Cpu = { busy: number; all: number };

/** Returns the milliseconds of all cores since the machine started. */
function readCpu(): Cpu {
  const times = cpus().map(({ times }) => times);
  const all = times.reduce(
    (sum, each) => sum + Object.values(each).reduce((one, other) => one + other, 0),
    0,
  );
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) };
}

const shareBusy = (from: Cpu, to: Cpu): number =>
  to.all === from.all ? 0 : (to.busy - from.busy) / (to.all - from.all);
