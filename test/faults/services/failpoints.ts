import { existsSync, readFileSync, renameSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Applied, CallStore } from "@teravoz/domain";

/** The file that names the point at which this process must end itself. */
const file = process.env.FAILPOINT_FILE;
const armed: { point: string; left: number } = { point: "", left: 0 };

/** Ends the process, as kill -9 does, if the file names this point and this hit. */
export function pass(point: string): void {
  if (isArmedFor(point) && --armed.left <= 0) die();
}

/** Ends the process some milliseconds after the point, during the step that begins there. */
export function passSoon(point: string): void {
  // a transaction takes 3 to 30 ms here
  if (isArmedFor(point) && --armed.left <= 0) void sleep(1 + Math.random() * 15).then(die);
}

function isArmedFor(point: string): boolean {
  if (!file || !existsSync(file)) return false;
  if (armed.point === "") {
    const { point: named, hits } = JSON.parse(readFileSync(file, "utf8"));
    Object.assign(armed, { point: named, left: hits });
  }
  return armed.point === point;
}

function die(): never {
  renameSync(file!, `${file}.struck`);
  process.kill(process.pid, "SIGKILL");
  // no further step runs before the signal arrives
  for (;;);
}

/** Returns the store of a projector that may die between a batch's commit and its notices. */
export const dieAfterCommit = <S extends CallStore>(store: S): S =>
  watched(store, {
    after: (method, _args, result) => {
      if (method === "apply" && !(result as Applied).fenced) pass("after the commit, before the notice");
    },
  });

type Method = (...args: unknown[]) => unknown;
type Watch = {
  before?: (method: string, args: unknown[]) => void;
  after?: (method: string, args: unknown[], result: unknown) => void;
};

/** Returns the object with hooks before each call of a method and after its promise has resolved. */
export function watched<T extends object>(object: T, { before, after }: Watch): T {
  return new Proxy(object, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        before?.(String(name), args);
        const result = (value as Method).apply(target, args);
        if (!(result instanceof Promise) || !after) return result;
        return result.then((resolved) => {
          after(String(name), args, resolved);
          return resolved;
        });
      };
    },
  });
}
