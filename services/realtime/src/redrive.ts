import { addRedriveRoutes, type RedrivePorts } from "@teravoz/dead-letters";
import { Unavailable } from "@teravoz/domain";
import type { OutgoingRecord, Publisher } from "@teravoz/kafka";
import { type Log, Problem } from "@teravoz/runtime";
import { type createRouter, requireToken } from "@teravoz/runtime/http";
import type { Doors } from "./transports/admission.ts";

/** The parts that redrive dead letters, and the tokens that allow it. */
export type Redrive = RedrivePorts & { tokens: readonly string[] };

/** Adds `GET /dead-letters/:id` and `POST /dead-letters/:id/redrive`, as at the projector, for pages of this host. */
export function addRedrive(
  router: ReturnType<typeof createRouter>,
  { tokens, ...ports }: Redrive & { log: Log },
  admits: Doors["admits"],
): void {
  addRedriveRoutes(router, ports, [refuseOtherOrigins(admits), requireToken(tokens)]);
}

/** Refuses pages of other origins. A browser that has stored a password sends it with the requests of any page. */
function refuseOtherOrigins(admits: Doors["admits"]): ReturnType<typeof requireToken> {
  return async ({ req }, next) => {
    if (!admits(req))
      throw new Problem(403, [{ path: "", message: "pages of another origin may not redrive" }]);
    await next();
  };
}

/** Returns a publisher that is created with the first record, because most instances never send one. */
export function createLatePublisher(create: () => Publisher): Pick<Publisher, "publish" | "stop"> {
  let publisher: Publisher | null = null;
  let stopped = false;
  return {
    publish: (record: OutgoingRecord) => {
      if (stopped) return Promise.reject(new Unavailable("the publisher is stopping"));
      publisher ??= create();
      return publisher.publish(record);
    },
    stop: async () => {
      stopped = true;
      await publisher?.stop();
    },
  };
}
