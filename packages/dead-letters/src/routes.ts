import { type DeadLetter, type DeadLetterAdmin, InvalidCursor } from "@teravoz/domain";
import { noQuery } from "@teravoz/protocol";
import { type Log, Problem } from "@teravoz/runtime";
import {
  answerUnavailable,
  type createRouter,
  noStore,
  readQuery,
  requireToken,
} from "@teravoz/runtime/http";
import { readDryRun, readListQuery } from "./query.ts";
import { type Redriven, type RedrivePorts, redrive } from "./redrive.ts";
import { withText } from "./text.ts";

export type RedriveRoutePorts = RedrivePorts & { log: Log };

export type DeadLetterPorts = RedriveRoutePorts & {
  deadLetters: DeadLetterAdmin;
  tokens: readonly string[] | null;
};

type Router = ReturnType<typeof createRouter>;
type Middleware = ReturnType<typeof requireToken>;

/** Adds the routes of dead letters to the admin API: list, show, redrive, drop. */
export function addDeadLetterRoutes(router: Router, ports: DeadLetterPorts): void {
  const { deadLetters } = ports;
  const enter = [noStore, requireToken(ports.tokens), answerUnavailable];
  router.get("/dead-letters", ...enter, async (ctx) => {
    const { filter, page } = readListQuery(ctx.query);
    const { items, next } = await deadLetters.list(filter, page).catch(refuseCursor);
    ctx.body = { status: "ok", data: items, next };
  });
  addRedriveRoutes(router, ports, [requireToken(ports.tokens)]);
  router.delete("/dead-letters/:id", ...enter, async (ctx) => {
    readQuery(noQuery, ctx.query);
    const deadLetter = known(await deadLetters.mark({ id: idOf(ctx.params), copies: 0 }, "dropped"));
    ports.log.info({ reason: deadLetter.reason, count: 1 }, "dead letter dropped");
    ctx.body = { status: "ok", data: deadLetter };
  });
}

/** Adds only the routes that show and redrive a dead letter. `doors` decides which requests may use them. */
export function addRedriveRoutes(router: Router, ports: RedriveRoutePorts, doors: Middleware[]): void {
  const { deadLetters } = ports;
  const enter = [noStore, ...doors, answerUnavailable];
  router.get("/dead-letters/:id", ...enter, async (ctx) => {
    readQuery(noQuery, ctx.query);
    ctx.body = { status: "ok", data: withText(known(await deadLetters.find(idOf(ctx.params)))) };
  });
  router.post("/dead-letters/:id/redrive", ...enter, async (ctx) => {
    const dryRun = readDryRun(ctx.query);
    const deadLetter = redrivenOf(await redrive(ports, idOf(ctx.params), { dryRun }));
    if (!dryRun) ports.log.info({ reason: deadLetter.reason, count: 1 }, "dead letter redriven");
    ctx.body = { status: "ok", data: deadLetter };
  });
}

const idOf = ({ id = "" }: { id?: string }) => id;

function refuseCursor(error: unknown): never {
  if (error instanceof InvalidCursor) throw new Problem(400, [{ path: "/cursor", message: error.message }]);
  throw error;
}

function known<T>(deadLetter: T | null): T {
  if (deadLetter === null) throw unknownDeadLetter();
  return deadLetter;
}

const unknownDeadLetter = () => new Problem(404, [{ path: "", message: "no such dead letter" }]);

function redrivenOf(redriven: Redriven): DeadLetter {
  switch (redriven.outcome) {
    case "redriven":
      return redriven.letter;
    case "refused":
      throw new Problem(422, redriven.faults);
    case "dropped":
      throw new Problem(409, [{ path: "", message: "the dead letter was dropped, and its body is deleted" }]);
    case "unknown":
      throw unknownDeadLetter();
  }
}
