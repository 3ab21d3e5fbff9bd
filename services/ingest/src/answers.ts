import type { IncomingMessage } from "node:http";
import type { AnswerCounter } from "@teravoz/runtime";

/**
 * Counts what senders were told: what was sent to the webhook or posted anywhere (its address may be wrong), and what could not be
 * understood. Probes and whoever reads metrics are no senders.
 */
export const countAnswers =
  (answers: Pick<AnswerCounter, "count">) =>
  (status: number, request: Pick<IncomingMessage, "method" | "url"> | null): void => {
    if (request === null || request.method === "POST" || isWebhook(request.url)) answers.count(status);
  };

const isWebhook = (url = "") => url === "/webhook" || url.startsWith("/webhook?");
