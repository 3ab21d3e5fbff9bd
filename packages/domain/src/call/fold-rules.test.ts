import { expect, test } from "@jest/globals";
import { explainOtherRules, type FoldRules } from "./fold-rules.ts";

const rules = (region: FoldRules["region"], senderZone: string): FoldRules => ({ region, senderZone });

test("equal rules need no explanation", () => {
  expect(explainOtherRules(rules("BR", "UTC"), rules("BR", "UTC"))).toBeNull();
});

test("two names of one zone are the same rule", () => {
  expect(explainOtherRules(rules("BR", "etc/utc"), rules("BR", "UTC"))).toBeNull();
});

test("different rules are explained with both values of each different setting and the command to run", () => {
  const command = "stop the projectors and run `npx -y pnpm rebuild:calls --adopt-rules`";
  expect(explainOtherRules(rules("PT", "UTC"), rules("BR", "UTC"))).toBe(
    `ACCOUNT_REGION is PT, but the calls in MongoDB are folded for BR: set ACCOUNT_REGION=BR, or ${command}`,
  );
  expect(explainOtherRules(rules("BR", "America/Sao_Paulo"), rules("BR", "UTC"))).toBe(
    `SENDER_TIME_ZONE is America/Sao_Paulo, but the calls in MongoDB are folded for UTC: set SENDER_TIME_ZONE=UTC, or ${command}`,
  );
  expect(explainOtherRules(rules("PT", "UTC"), rules("BR", "Asia/Tokyo"))).toBe(
    `ACCOUNT_REGION is PT and SENDER_TIME_ZONE is UTC, but the calls in MongoDB are folded for BR and Asia/Tokyo: set ACCOUNT_REGION=BR and SENDER_TIME_ZONE=Asia/Tokyo, or ${command}`,
  );
});

test("rules that are still being adopted are explained with the command that finishes the adoption", () => {
  const stored = { ...rules("BR", "UTC"), adopting: true as const };
  expect(explainOtherRules(rules("BR", "UTC"), stored)).toBe(
    "some calls in MongoDB are not folded by ACCOUNT_REGION and SENDER_TIME_ZONE yet: run `npx -y pnpm rebuild:calls --adopt-rules` and let it finish",
  );
  expect(explainOtherRules(rules("PT", "UTC"), stored)).toContain("ACCOUNT_REGION is PT, but");
});

test("a zone that only a newer release knows differs from every known zone", () => {
  expect(explainOtherRules(rules("BR", "UTC"), rules("BR", "Mars/Olympus"))).toContain("Mars/Olympus");
});
