import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { commandLine, endLeftovers, forgetPid, readPids, recordPid } from "./pids.ts";

const SLEEP = ["-e", "setTimeout(() => {}, 60_000)"];
let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pids-"));
  file = join(dir, "pids.json");
});
afterEach(() => rmSync(dir, { recursive: true }));

const startSleeper = () => {
  const child = spawn(process.execPath, SLEEP);
  const exited = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  return { child, pid: child.pid ?? 0, exited };
};

test("a process that a run has left behind is ended, paused or not", async () => {
  const { child, pid, exited } = startSleeper();
  child.kill("SIGSTOP");
  recordPid(file, { name: "sleeper", pid, args: SLEEP.join(" ") });
  expect(await endLeftovers(file)).toEqual(["sleeper"]);
  expect(await exited).toBe("SIGTERM");
  expect(readPids(file)).toEqual([]);
});

test("another process that now has the number of one of ours is not ended", async () => {
  const { child, pid, exited } = startSleeper();
  recordPid(file, { name: "broker", pid, args: "kafka.Kafka server.properties" });
  expect(await endLeftovers(file)).toEqual([]);
  expect(commandLine(pid)).toContain("setTimeout");
  child.kill("SIGKILL");
  expect(await exited).toBe("SIGKILL");
});

test("a process that ended normally is not in the list", async () => {
  recordPid(file, { name: "one", pid: 1, args: "x" });
  recordPid(file, { name: "two", pid: 2, args: "y" });
  forgetPid(file, 1);
  expect(readPids(file).map(({ name }) => name)).toEqual(["two"]);
});
