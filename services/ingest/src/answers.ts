import type { IncomingMessage } from "node:http";
import type { AnswerCounter, NameCounts } from "@teravoz/runtime";
import { shownPath } from "./shown-path.ts";
import { isWebhook } from "./webhook-path.ts";

/** Methods that only ask whether the address is right. */
const PROBES = new Set(["GET", "HEAD", "OPTIONS"]);

type Counters = { answers: Pick<AnswerCounter, "count">; wrongPaths: Pick<NameCounts, "count"> };

/**
 * Counts the answers to senders: what was sent to the webhook or posted anywhere (its address may be wrong), and what could not be
 * understood. Probes and whoever reads metrics are no senders. Posts at wrong addresses are counted by their path too.
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
