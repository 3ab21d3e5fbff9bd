import { expect, test } from "@jest/globals";
import { countAnswers } from "./answers.ts";

const paths: string[] = [];
const wrongPaths = { count: (path: string) => void paths.push(path) };

const counted = (...asked: { status: number; method: string; url: string }[]) => {
  const all: number[] = [];
  const count = countAnswers({ answers: { count: (status) => void all.push(status) }, wrongPaths });
  for (const { status, ...request } of asked) count(status, request);
  return all;
};

test("answers to senders are counted, even at a wrong address; answers to probes are not", () => {
  expect(
    counted(
      { status: 200, method: "POST", url: "/webhook?token=x" },
      { status: 404, method: "POST", url: "/webhok" },
      { status: 405, method: "PUT", url: "/webhook?token=x" },
      { status: 405, method: "DELETE", url: "//webhook/" },
    ),
  ).toEqual([200, 404, 405, 405]);
  expect(paths).toEqual(["/webhok"]);
  expect(
    counted(
      { status: 200, method: "GET", url: "/webhook" },
      { status: 204, method: "OPTIONS", url: "/webhook/" },
      { status: 503, method: "GET", url: "/readyz" },
      { status: 404, method: "GET", url: "/webhooks" },
      { status: 401, method: "GET", url: "/metrics" },
    ),
  ).toEqual([]);
});

test("a request that could not be parsed counts as an answer of the webhook", () => {
  const all: number[] = [];
  countAnswers({ answers: { count: (status) => void all.push(status) }, wrongPaths })(431, null);
  expect(all).toEqual([431]);
});
