import {
  type Event,
  isEventType,
  type ParsedWebhook,
  parseWebhook,
  type ReadOccurrence,
} from "@teravoz/domain";
import type { Metrics } from "@teravoz/runtime";
import { createRouter, requireToken } from "@teravoz/runtime/http";
import type { Context } from "koa";
import type Router from "koa-router";
import { readBody } from "./body.ts";
import { malformed, toProblem, unprocessable } from "./problems.ts";
import { WEBHOOK_PATH } from "./webhook-path.ts";

/** A refused body and the reason. Bodies that an earlier release spooled have no id. */
export type Refusal = {
  body: Buffer;
  key: string | null;
  reason: string;
  receivedAt: Date;
  deliveryId?: string;
};

/** The dependencies of ingest. */
export type IngestPorts = {
  /** Resolves when the event is stored durably. Throws Unavailable otherwise. */
  publish(event: Event): Promise<void>;
  /** Keeps a refused body with the reason. Same promises as `publish`. */
  park(refused: Refusal): Promise<void>;
  now(): Date;
  /** Returns 12 ASCII characters, different for each POST. */
  newDeliveryId(): string;
  /** The reader of the vendor's timestamps. */
  readOccurrence: ReadOccurrence;
  metrics: Metrics;
  tokens: readonly string[] | null;
};

const PROBED = { status: "ok", data: { accepts: "POST with Content-Type: application/json" } };

/**
 * Creates the routes of the webhook. POST answers 200 only when the event is acknowledged; other answers are refusals,
 * whose bodies are kept, or clear errors. GET, HEAD and OPTIONS are probes of senders and monitors that check the
 * address: they need no token, return no data and store nothing.
 */
export function createWebhookRouter(ports: IngestPorts): Router {
  const router = createRouter();
  const probe = (ctx: Context) => {
    ctx.set("Allow", "GET, HEAD, OPTIONS, POST");
    if (ctx.method === "OPTIONS") ctx.status = 204;
    else ctx.body = PROBED;
  };
  router.get(WEBHOOK_PATH, probe).options(WEBHOOK_PATH, probe);
  router.post(WEBHOOK_PATH, requireToken(ports.tokens), async (ctx: Context) => {
    const body = await readBody(ctx.req);
    const receivedAt = ports.now();
    const parsed = parseWebhook(body, receivedAt, ports.readOccurrence);
    ctx.type = "application/json";
    ctx.body = await takeEvent(ports, { body, parsed, receivedAt });
  });
  return router;
}

type Taken = { body: Buffer; parsed: ParsedWebhook; receivedAt: Date };

async function takeEvent(ports: IngestPorts, { body, parsed, receivedAt }: Taken): Promise<string> {
  try {
    switch (parsed.outcome) {
      case "accepted":
        await ports.publish({ ...parsed.event, delivery_id: ports.newDeliveryId() });
        count(ports, parsed.event.type, "accepted");
        return answerOf(parsed.event);
      case "unprocessable":
        await ports.park({
          body,
          key: parsed.key,
          reason: "unprocessable",
          receivedAt,
          deliveryId: ports.newDeliveryId(),
        });
        count(ports, "unknown", "refused");
        throw unprocessable(parsed.faults);
      case "malformed":
        count(ports, "unknown", "malformed");
        throw malformed(parsed.faults);
    }
  } catch (error) {
    const problem = toProblem(error);
    if (problem !== error)
      count(ports, parsed.outcome === "accepted" ? parsed.event.type : "unknown", "unavailable");
    throw problem;
  }
}

/** Returns the answer with the event exactly as it was sent, digit for digit: its text is inserted unchanged. */
const answerOf = ({ uuid, aggregate_id, payload }: Event) =>
  `{"status":"ok","data":{"uuid":"${uuid}","aggregate_id":${JSON.stringify(aggregate_id)},"event":${payload}}}`;

function count({ metrics }: IngestPorts, type: string, outcome: string): void {
  metrics.events.inc({ type: isEventType(type) ? type : "unknown", outcome });
}
