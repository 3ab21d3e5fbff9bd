import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { shownPath } from "./shown-path.ts";

test.each([
  ["/", "/"],
  ["/webhok?token=secret", "/webhok"],
  ["/webhooks/", "/webhooks"],
  ["//teravoz/webhook", "/teravoz"],
  ["/api/v1/webhook/5511999990000", "/api"],
  ["/v2", "/v2"],
  ["/webHook", "/webHook"],
  ["/wp-login.php", "/wp-login.php"],
  ["/.env", "/.env"],
  ["/WEBHOOK", "/WEBHOOK"],
  ["*", "/…"],
])("the path %s is shown as %s", (url, shown) => {
  expect(shownPath(url)).toBe(shown);
});

test.each([
  ["a number", "/5511999990000"],
  ["a number in pieces", "/11-99999-0000"],
  ["a number behind a word", "/call-5511999990000"],
  ["an e-mail", "/maria@example.com"],
  ["an id", "/6ba7b810-9dad-11d1-80b4-00c04fd430c8"],
  ["a token", "/sk_live_4eC39HqLyjWDarjtT1zdp7dc"],
  ["a token of letters", "/qGhTzKwPmXvBnRsLdFjY"],
  ["a token of small letters", "/kjshdfkjhsdfkjhsdfkjhs"],
  ["base64", "/dGVyYXZvei1nYXRld2F5"],
  ["an escape", "/%2535511"],
  ["a script", "/<script>"],
  ["a long one", `/${"word-".repeat(20)}`],
  ["other letters", "/ligação"],
])("%s in a path is not shown", (_what, url) => {
  expect(shownPath(url)).toBe("/…");
});

test("any shown path is short and has no run of digits", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webPath(), fc.stringMatching(/^\/[\w.-]{1,40}$/)), (url) => {
      expect(shownPath(url)).toMatch(/^\/(?:…|(?!.*\d{3})[\w.-]{0,32})$/);
    }),
  );
});
