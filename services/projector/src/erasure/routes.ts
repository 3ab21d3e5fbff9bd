import type { Person } from "@teravoz/domain";
import { type Log, Problem } from "@teravoz/runtime";
import { answerUnavailable, type createRouter, requireToken } from "@teravoz/runtime/http";
import { type ErasePorts, erasePerson, eraseSubjects } from "./erase.ts";
import { readActor, readCall, readEraseQuery, readNumber } from "./read-request.ts";

export type ErasureRoutePorts = ErasePorts & { tokens: readonly string[] | null; log: Log };

type Router = ReturnType<typeof createRouter>;

/**
 * Adds the erasure of a call, a number and an agent to the admin API, and the receipts. An id is answered in the same way
 * whether it is known or not.
 */
export function addErasureRoutes(router: Router, ports: ErasureRoutePorts): void {
  addCallRoutes(router, ports);
  addPersonRoutes(router, ports, { path: "numbers", read: readNumber });
  addPersonRoutes(router, ports, { path: "agents", read: readActor });
}

function addCallRoutes(router: Router, ports: ErasureRoutePorts): void {
  const { erasures, tokens, log } = ports;
  const enter = [requireToken(tokens), answerUnavailable];
  router.delete("/calls/:id", ...enter, async (ctx) => {
    const call = readCall(ctx.params.id);
    const data = await eraseSubjects(ports, [call]);
    log.info({ count: 1 }, "a call's erasure was asked for");
    ctx.status = 202;
    ctx.set("Location", `/calls/${encodeURIComponent(call.key)}/erasure`);
    ctx.body = { status: "ok", data };
  });
  router.get("/calls/:id/erasure", ...enter, async (ctx) => {
    ctx.body = { status: "ok", data: asked(await erasures.receipt(readCall(ctx.params.id))) };
  });
}

type PersonRoute = { path: "numbers" | "agents"; read(id: string | undefined): Person };

function addPersonRoutes(router: Router, ports: ErasureRoutePorts, { path, read }: PersonRoute): void {
  const { erasures, tokens, log } = ports;
  const enter = [requireToken(tokens), answerUnavailable];
  router.delete(`/${path}/:id`, ...enter, async (ctx) => {
    const { include } = readEraseQuery(ctx.query);
    const data = await erasePerson(ports, read(ctx.params.id), { possible: include === "possible" });
    log.info({ count: data.calls + data.agents }, "a person's erasure was asked for");
    ctx.status = 202;
    ctx.set("Location", `/${path}/${encodeURIComponent(ctx.params.id ?? "")}/erasure`);
    ctx.body = { status: "ok", data };
  });
  router.get(`/${path}/:id/erasure`, ...enter, async (ctx) => {
    ctx.body = { status: "ok", data: asked(await erasures.personReceipt(read(ctx.params.id))) };
  });
}

function asked<T>(receipt: T | null): T {
  if (receipt === null) throw new Problem(404, [{ path: "", message: "no erasure of this was asked for" }]);
  return receipt;
}
