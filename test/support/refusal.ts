import { expect } from "@jest/globals";
import type { Answer } from "./traffic/raw-http.ts";

/** Expects a refusal with this status in the common error body. Returns its errors. */
export async function expectRefusal(
  answer: Answer | Promise<Answer>,
  refusal: number,
): Promise<{ path: string; message: string }[]> {
  const { status: given, headers, body } = await answer;
  expect({ given, body }).toEqual({ given: refusal, body });
  expect(headers["content-type"]).toBe("application/json; charset=utf-8");
  const { status, errors, ...more } = JSON.parse(body);
  expect({ status, more }).toEqual({ status: "error", more: {} });
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors)
    expect(error).toEqual({ path: expect.any(String), message: expect.any(String) });
  return errors;
}
