import { expect, test } from "@jest/globals";
import { java, javaMajor, maven, missingText, python, requireTools } from "./tools.ts";

test("the feature release of Java is read from each form of its version", () => {
  expect(javaMajor('openjdk version "17.0.15" 2025-04-15')).toBe(17);
  expect(javaMajor('openjdk version "25" 2025-09-16')).toBe(25);
  expect(javaMajor('java version "1.8.0_292"')).toBe(8);
  expect(javaMajor("")).toBe(0);
});

test("all missing tools are named at once, each with how to install it", () => {
  const text = missingText([java, maven, python]);
  expect(text).toContain("java (17 or later): apt-get install openjdk-17-jre-headless");
  expect(text).toContain("mvn: apt-get install maven");
  expect(text).toContain("python3 with pip: apt-get install python3-pip");
});

test("only tools that are not on the PATH are missing", async () => {
  const there = { name: "there", get: "", isThere: async () => true };
  const required = requireTools([java, there, maven], { PATH: "" });
  await expect(required).rejects.toThrow(/java[\s\S]*mvn/);
  await expect(required).rejects.not.toThrow("there:");
});
