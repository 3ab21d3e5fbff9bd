import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { eventually } from "../support/eventually.ts";

const PROGRAM = join(import.meta.dirname, "../support/services/tiny-service.ts");
const WHOLE = { FIRST: "info", SECOND: "info", SHUTDOWN_DELAY: "0" };

type Run = { child: ChildProcess; code: Promise<number | null>; output: { text: string; errors: string } };

function run(ends = "", env: Record<string, string> = WHOLE): Run {
  const { NODE_OPTIONS: _jest, ...inherited } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ends], {
    env: { ...inherited, LOG_LEVEL: "info", ...env },
  });
  const output = { text: "", errors: "" };
  child.stdout.on("data", (chunk) => {
    output.text += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.errors += chunk;
  });
  return { child, output, code: once(child, "close").then(([code]) => code as number | null) };
}

const running = ({ output }: Run) => eventually(() => expect(output.text).toContain("running"));
const stopped = ({ output }: Run) => output.text.match(/^stopped .*$/gm);
const IN_ORDER = ["stopped third, unavailable", "stopped second, unavailable", "stopped first, unavailable"];

// this uses the real deadline, which passes while the other tests run
let hanging: Run;
let hangingTookMs: Promise<number>;
beforeAll(async () => {
  hanging = run("hanging step");
  await running(hanging);
  const began = performance.now();
  hanging.child.kill("SIGTERM");
  hangingTookMs = hanging.code.then(() => performance.now() - began);
});
afterAll(() => void hanging.child.kill("SIGKILL"));

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s withdraws readiness, stops the steps in reverse order and exits with 0",
  async (signal) => {
    const service = run();
    await running(service);
    service.child.kill(signal);
    expect(await service.code).toBe(0);
    expect(stopped(service)).toEqual(IN_ORDER);
    expect(service.output.text).toContain('"msg":"stopped"');
  },
);

/** The time of a line of the log, in ms since the epoch. */
const loggedAt = ({ output }: Run, message: string): number => {
  const line = output.text.split("\n").find((each) => each.includes(`"msg":"${message}"`));
  return new Date(JSON.parse(line!).time).getTime();
};

test("SIGTERM withdraws readiness and accepts requests for SHUTDOWN_DELAY before the first step of the stop", async () => {
  const service = run("", { ...WHOLE, SHUTDOWN_DELAY: "0.5" });
  await running(service);
  service.child.kill("SIGTERM");
  expect(await service.code).toBe(0);
  expect(stopped(service)).toEqual(IN_ORDER);
  expect(loggedAt(service, "stopped") - loggedAt(service, "stopping")).toBeGreaterThanOrEqual(500);
});

test("a second signal ends the delay of a stop with exit code 1, and a job that died causes no delay", async () => {
  const service = run("", { ...WHOLE, SHUTDOWN_DELAY: "60" });
  await running(service);
  service.child.kill("SIGTERM");
  await eventually(() => expect(service.output.text).toContain('"msg":"stopping"'));
  service.child.kill("SIGTERM");
  expect(await service.code).toBe(1);
  expect(stopped(service)).toBeNull();
  expect(await run("dead job", { ...WHOLE, SHUTDOWN_DELAY: "60" }).code).toBe(1);
});

test("a step that fails does not prevent the others, and the exit code is 1", async () => {
  const service = run("failing step");
  await running(service);
  service.child.kill("SIGTERM");
  expect(await service.code).toBe(1);
  expect(stopped(service)).toEqual(IN_ORDER);
  expect(service.output.text).toContain('"job":"failing"');
});

test.each(["dead job", "unhandled rejection", "unhandled nothing", "uncaught exception"])(
  "%s: the steps that can be stopped are stopped, and the exit code is 1",
  async (ends) => {
    const service = run(ends);
    expect(await service.code).toBe(1);
    expect(stopped(service)).toEqual(IN_ORDER);
  },
);

test("a start that fails exits with 1, and a service with nothing left to do does too", async () => {
  for (const ends of ["failing start", "running empty"]) expect(await run(ends).code).toBe(1);
});

test("the error that ends a service is logged without its message", async () => {
  const service = run("dead job");
  await service.code;
  expect(service.output.text).toMatch(
    /"err":\{"name":"Error","stack":"[^}]+\},"job":"consumer","msg":"a job died"/,
  );
  expect(service.output.text + service.output.errors).not.toContain("5511999998888");
});

test("a warning of Node is logged without its message, and nothing is written to standard error", async () => {
  const service = run("with many listeners");
  await running(service);
  service.child.kill("SIGTERM");
  expect(await service.code).toBe(0);
  const lines = service.output.text.split("\n").filter((line) => line.startsWith("{"));
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({
      level: "warn",
      msg: "warning of Node",
      err: expect.objectContaining({ name: "MaxListenersExceededWarning" }),
    }),
  );
  expect(service.output.errors).toBe("");
  expect(service.output.text).not.toContain("5511999998888");
});

test("missing settings are listed in one message, and the exit code is 1", async () => {
  const service = run("", { LOG_LEVEL: "loud" });
  expect(await service.code).toBe(1);
  expect(service.output.text).toBe("");
  expect(service.output.errors.split("\n")).toEqual([
    "tiny cannot start: these settings are missing or malformed:",
    expect.stringMatching(/^ {2}LOG_LEVEL: .+/),
    "  FIRST: missing (the first setting)",
    "  SECOND: missing (the second setting)",
    "",
  ]);
});

test("a second signal ends a stop that hangs, with exit code 1", async () => {
  const service = run("hanging step");
  await running(service);
  service.child.kill("SIGTERM");
  await eventually(() => expect(service.output.text).toContain('"msg":"stopping"'));
  service.child.kill("SIGTERM");
  expect(await service.code).toBe(1);
  expect(stopped(service)).toBeNull();
});

test("a stop with a step that hangs is ended at the deadline of ten seconds, with exit code 1", async () => {
  expect(await hanging.code).toBe(1);
  expect(await hangingTookMs).toBeGreaterThan(9_500);
  // without the deadline it would never end
  expect(await hangingTookMs).toBeLessThan(20_000);
  expect(hanging.output.text).toContain('"msg":"the stop took too long"');
});
