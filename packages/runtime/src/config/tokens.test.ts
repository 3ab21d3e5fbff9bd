import { expect, test } from "@jest/globals";
import { isAccepted, presentedToken } from "./tokens.ts";

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`;
const presented = (authorization?: string, url = "/webhook") =>
  presentedToken({ headers: authorization === undefined ? {} : { authorization }, url });

test("a token is read from Bearer, from the password of Basic, or from the query", () => {
  expect(presented("Bearer my-token-1")).toBe("my-token-1");
  expect(presented("bearer my-token-1")).toBe("my-token-1");
  expect(presented(basic("teravoz:my-token-1"))).toBe("my-token-1");
  expect(presented(basic(":my-token-1"))).toBe("my-token-1");
  expect(presented(basic("user:with:colons"))).toBe("with:colons");
  expect(presented(undefined, "/webhook?token=my-token-1")).toBe("my-token-1");
  expect(presented(undefined, "/webhook?a=b&token=my%2Dtoken%2D1")).toBe("my-token-1");
});

test("a request without credentials presents no token, and malformed credentials are a wrong token", () => {
  for (const url of ["/webhook", "/webhook?", "/webhook?tokens=x", "/token=x"])
    expect(presented(undefined, url)).toBeNull();
  for (const authorization of ["", "Bearer", "Basic", "Digest x", "Basic !!!", `Basic ${"A".repeat(8_000)}`])
    expect(isAccepted(presented(authorization), ["my-token-1"])).toBe(false);
});

test("a wrong header is not replaced by a correct token in the query", () => {
  expect(presented("Bearer wrong", "/webhook?token=right")).toBe("wrong");
});

test("each token of a list is accepted while one replaces another", () => {
  const tokens = ["old-token-1", "new-token-1"];
  for (const token of tokens) expect(isAccepted(token, tokens)).toBe(true);
  for (const token of ["old-token", "old-token-11", "OLD-TOKEN-1", "", "old-token-1,new-token-1"])
    expect(isAccepted(token, tokens)).toBe(false);
});

test("a value that is not text is refused, and so is any token if the list is empty", () => {
  for (const value of [null, undefined, 1, {}, ["old-token-1"], { length: 11 }])
    expect(isAccepted(value, ["old-token-1"])).toBe(false);
  expect(isAccepted("", [])).toBe(false);
});

test("any token or none is accepted if no token is required", () => {
  for (const value of [null, undefined, "anything", 1]) expect(isAccepted(value, null)).toBe(true);
});
