import type { IncomingMessage } from "node:http";
import type { AnswerCounter } from "@teravoz/runtime";
import { isWebhook } from "./webhook-path.ts";

/** Methods that only ask whether the address is right. */
const PROBES = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Counts what senders were told: what was sent to the webhook or posted anywhere (its address may be wrong), and what could not be
 * understood. Probes and whoever reads metrics are no senders.
 */
export const countAnswers =
  (answers: Pick<AnswerCounter, "count">) =>
  (status: number, request: Pick<IncomingMessage, "method" | "url"> | null): void => {
    if (request === null || isOfSender(request)) answers.count(status);
  };

const isOfSender = ({ method = "", url }: Pick<IncomingMessage, "method" | "url">): boolean =>
  method === "POST" || (isWebhook(url) && !PROBES.has(method));
