import { expect, test } from "@jest/globals";
import { canBePerson, formatTelephone, maskDigits } from "./telephone-format.ts";

test.each([
  ["5511999990000", "+55 11 9****-0000", "+55 11 99999-0000"],
  ["+5511999990000", "+55 11 9****-0000", "+55 11 99999-0000"],
  ["552133339900", "+55 21 3***-9900", "+55 21 3333-9900"],
  ["11999990000", "11 9****-0000", "11 99999-0000"],
  ["999990000", "9****-0000", "99999-0000"],
  ["33339900", "3***-9900", "3333-9900"],
  ["+351912345678", "********5678", "+351912345678"],
  ["+55 11 99999-0000", "+55 11 9****-0000", "+55 11 99999-0000"],
  ["+55 21 3333-9900", "+55 21 3***-9900", "+55 21 3333-9900"],
  ["99999-0000", "9****-0000", "99999-0000"],
  ["0800 729 0722", "0800 729 0722", "0800 729 0722"],
  ["+351 912 345 678", "********5678", "+351 912 345 678"],
  ["+1 415 555 2671", "*******2671", "+1 415 555 2671"],
  ["200", "200", "200"],
])("%s is shown masked as %s, and in full as %s", (number, masked, full) => {
  expect(formatTelephone(number, true)).toBe(masked);
  expect(formatTelephone(number, false)).toBe(full);
});

test("masked digits keep the last four", () => {
  expect(maskDigits("12345678909")).toBe("*******8909");
});

test("a number of eight digits or more can be a person's, with and without a plus", () => {
  expect(["+5511999990000", "33339900", "3333990", "+3333990"].map(canBePerson)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
