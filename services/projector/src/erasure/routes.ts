import type { ErasureSubject, Person, ReadTelephone, Receipt } from "@teravoz/domain";
import { noQuery } from "@teravoz/protocol";
import { type Log, Problem } from "@teravoz/runtime";
import {
  answerUnavailable,
  type createRouter,
  noStore,
  readQuery,
  requireToken,
} from "@teravoz/runtime/http";
import { type ErasePorts, erasePerson, eraseSubjects, Unconfirmed } from "./erase.ts";
import { createPreviews, type Previews } from "./preview.ts";
import { readActor, readCall, readEraseQuery, readNumber } from "./read-request.ts";

export type ErasureRoutePorts = ErasePorts & {
  tokens: readonly string[] | null;
  /** The reader of numbers in the account's region. */
  readTelephone: ReadTelephone;
  log: Log;
};

type Router = ReturnType<typeof createRouter>;
type Context = {
  params: { id?: string };
  status: number;
  body: unknown;
  set(field: string, value: string): void;
};

/**
 * Adds the erasure of calls, numbers and agents to the admin API, with previews and receipts. The answer to the erasure
 * of an id is the same whether the id is known or not.
 */
export function addErasureRoutes(router: Router, ports: ErasureRoutePorts): void {
  const previews = createPreviews(ports);
  addCallRoutes(router, ports, previews);
  addPersonRoutes(router, ports, {
    path: "numbers",
    read: (id) => readNumber(id, ports.readTelephone),
    previews,
  });
  addPersonRoutes(router, ports, { path: "agents", read: readActor, previews });
}

const entryOf = ({ tokens }: ErasureRoutePorts) => [noStore, requireToken(tokens), answerUnavailable];

/** Sets the Location header. It keeps the spelling of the request, even that of a number. */
const setLocation = (ctx: Context, path: string) =>
  ctx.set("Location", `/${path}/${encodeURIComponent(ctx.params.id ?? "")}/erasure`);

function addCallRoutes(router: Router, ports: ErasureRoutePorts, previews: Previews): void {
  const { erasures, log } = ports;
  const enter = entryOf(ports);
  router.delete("/calls/:id", ...enter, async (ctx) => {
    const call = readCall(ctx.params.id);
    readEraseQuery(ctx.query);
    const members = await membersOf(ports);
    const data = { ...(await eraseSubjects(ports, [call])), ...members };
    log.info({ count: 1 }, "a call's erasure was requested");
    ctx.status = 202;
    setLocation(ctx, "calls");
    ctx.body = { status: "ok", data };
  });
  router.get("/calls/:id/erasure", ...enter, async (ctx) => {
    readQuery(noQuery, ctx.query);
    ctx.body = { status: "ok", data: await receiptOf(ports, erasures.receipt(readCall(ctx.params.id))) };
  });
  addPreviewRoutes(router, ports, { path: "calls", read: readCall, previews });
}

type PersonRoute = {
  path: "numbers" | "agents";
  read(id: string | undefined): Person;
  previews: Previews;
};

function addPersonRoutes(router: Router, ports: ErasureRoutePorts, route: PersonRoute): void {
  const { path, read } = route;
  const { erasures, log } = ports;
  const enter = entryOf(ports);
  router.delete(`/${path}/:id`, ...enter, async (ctx) => {
    const person = read(ctx.params.id);
    const wish = readEraseQuery(ctx.query);
    try {
      const members = await membersOf(ports);
      const data = { ...(await erasePerson(ports, person, wish)), ...members };
      log.info({ count: data.calls + data.agents }, "a person's erasure was requested");
      ctx.status = 202;
      setLocation(ctx, path);
      ctx.body = { status: "ok", data };
    } catch (error) {
      if (!(error instanceof Unconfirmed)) throw error;
      answerUnconfirmed(ctx, error);
    }
  });
  router.get(`/${path}/:id/erasure`, ...enter, async (ctx) => {
    readQuery(noQuery, ctx.query);
    ctx.body = { status: "ok", data: await receiptOf(ports, erasures.personReceipt(read(ctx.params.id))) };
  });
  addPreviewRoutes(router, ports, route);
}

function answerUnconfirmed(ctx: Context, { message, calls }: Unconfirmed): void {
  ctx.status = 409;
  const faultText = `${message}: nothing was erased. To erase all of them, repeat the request with ?confirm=${calls}`;
  ctx.body = { status: "error", errors: [{ path: "/confirm", message: faultText }], calls };
}

type PreviewRoute = {
  path: "calls" | "numbers" | "agents";
  read(id: string | undefined): Person | ErasureSubject;
  previews: Previews;
};

function addPreviewRoutes(
  router: Router,
  ports: ErasureRoutePorts,
  { path, read, previews }: PreviewRoute,
): void {
  const enter = entryOf(ports);
  router.post(`/${path}/:id/erasure/preview`, ...enter, async (ctx) => {
    readQuery(noQuery, ctx.query);
    const preview = previews.start(read(ctx.params.id));
    if (!preview)
      throw new Problem(409, [{ path: "", message: "another preview is running: try again later" }]);
    ctx.status = 202;
    ctx.set("Location", `/${path}/${encodeURIComponent(ctx.params.id ?? "")}/erasure/preview`);
    ctx.body = { status: "ok", data: preview };
  });
  router.get(`/${path}/:id/erasure/preview`, ...enter, async (ctx) => {
    readQuery(noQuery, ctx.query);
    const preview = previews.find(read(ctx.params.id));
    if (!preview)
      throw new Problem(404, [{ path: "", message: "no preview of this was requested in the last hour" }]);
    ctx.body = { status: "ok", data: preview };
  });
}

async function receiptOf(ports: ErasureRoutePorts, reading: Promise<Receipt | null>) {
  const receipt = await reading;
  if (receipt === null)
    throw new Problem(404, [{ path: "", message: "no erasure of this was requested in the last 90 days" }]);
  return { ...receipt, ...(await membersOf(ports)) };
}

/**
 * Returns the number of members if there are several: each may keep rolled-back documents in files, which no erasure
 * reaches.
 */
async function membersOf({ erasures }: ErasureRoutePorts): Promise<{ mongodb_members?: number }> {
  const members = await erasures.countMembers();
  return members > 1 ? { mongodb_members: members } : {};
}
