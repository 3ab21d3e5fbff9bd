import { addRedriveRoutes, type RedrivePorts } from "@teravoz/dead-letters";
import { Unavailable } from "@teravoz/domain";
import type { OutgoingRecord, Publisher } from "@teravoz/kafka";
import { type Log, Problem } from "@teravoz/runtime";
import { type createRouter, requireToken } from "@teravoz/runtime/http";
import type { Doors } from "./transports/admission.ts";

/** How dead letters are sent again, and the tokens of those who may. */
export type Redrive = RedrivePorts & { tokens: readonly string[] };

/** `GET /dead-letters/:id` and `POST /dead-letters/:id/redrive`, as at the projector, for pages of this host. */
export function addRedrive(
  router: ReturnType<typeof createRouter>,
  { tokens, ...ports }: Redrive & { log: Log },
  admits: Doors["admits"],
): void {
  addRedriveRoutes(router, ports, [refuseOtherOrigins(admits), requireToken(tokens)]);
}

/** A browser that has learnt a password sends it along, whoever's page asks. */
function refuseOtherOrigins(admits: Doors["admits"]): ReturnType<typeof requireToken> {
  return async ({ req }, next) => {
    if (!admits(req)) throw new Problem(403, [{ path: "", message: "not for pages of another origin" }]);
    await next();
  };
}

/** Made when the first record is published: most instances never send one. */
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
