import { describe, expect, test } from "@jest/globals";
import { flows } from "@teravoz/domain";
import { createSimulateCommand, parseShares, type SimulateOptions } from "./options.ts";

function parse(...args: string[]): SimulateOptions {
  const silent = { writeOut: () => {}, writeErr: () => {} };
  const command = createSimulateCommand({ WEBHOOK_TOKEN: "old-token, new-token" });
  return command.exitOverride().configureOutput(silent).parse(args, { from: "user" }).opts();
}

describe("the command line of simulate", () => {
  test("the defaults send 60 calls at ten events a second, without duplicates and bursts", () => {
    const { calls, rate, duplicates, burst } = parse();
    expect({ calls, rate, duplicates, burst }).toEqual({ calls: 60, rate: 10, duplicates: 0, burst: 0 });
  });

  test("the token of the webhook is the first of those in the environment, unless it is given", () => {
    expect(parse().token).toBe("old-token");
    expect(parse("--token", "given").token).toBe("given");
  });

  test("shares of flows are read, and a name alone counts as one", () => {
    expect(parseShares("delegated=3,abandoned=0.5,sandbox")).toEqual({
      delegated: 3,
      abandoned: 0.5,
      sandbox: 1,
    });
  });

  test("the help names every flow", () => {
    const help = createSimulateCommand({}).helpInformation();
    for (const flow of Object.keys(flows)) expect(help).toContain(flow);
  });

  test("agents are simulated unless --no-agents is given", () => {
    expect([parse().agents, parse("--no-agents").agents]).toEqual([true, false]);
  });

  test.each([
    ["--duplicates", "1.5"],
    ["--reorder", "-1"],
    ["--rate", "0"],
    ["--calls", "many"],
    ["--flows", "unknown=1"],
    ["--flows", "sandbox=0"],
    ["--url", "ftp://x"],
    ["--seed", "1.5"],
  ])("%s %s is refused", (option, value) => {
    expect(() => parse(option, value)).toThrow(/must be|no flow|one flow/);
  });
});
