import type { IncomingMessage } from "node:http";
import type { AnswerCounter, NameCounts } from "@teravoz/runtime";
import { shownPath } from "./shown-path.ts";
import { isWebhook } from "./webhook-path.ts";

/** Methods of probes, which only ask whether the address is right. */
const PROBES = new Set(["GET", "HEAD", "OPTIONS"]);

type Counters = { answers: Pick<AnswerCounter, "count">; wrongPaths: Pick<NameCounts, "count"> };

/**
 * Counts the answers that senders get: those to webhook requests, to POSTs at any address (even a wrong one), and to
 * requests that could not be parsed. Answers to probes and to scrapes of the metrics do not count. POSTs to wrong
 * addresses are also counted by path.
 */
export const countAnswers =
  ({ answers, wrongPaths }: Counters) =>
  (status: number, request: Pick<IncomingMessage, "method" | "url"> | null): void => {
    if (request !== null && !isOfSender(request)) return;
    answers.count(status);
    if (status === 404) wrongPaths.count(shownPath(request?.url));
  };

const isOfSender = ({ method = "", url }: Pick<IncomingMessage, "method" | "url">): boolean =>
  method === "POST" || (isWebhook(url) && !PROBES.has(method));
