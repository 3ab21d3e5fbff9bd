import { addRedriveRoutes, type RedrivePorts } from "@teravoz/dead-letters";
import { Unavailable } from "@teravoz/domain";
import type { OutgoingRecord, Publisher } from "@teravoz/kafka";
import { type Log, Problem } from "@teravoz/runtime";
import { type createRouter, requireToken } from "@teravoz/runtime/http";
import { type Admission, isOriginAllowed } from "./transports/admission.ts";

/** How dead letters are sent again, and the tokens of those who may. */
export type Redrive = RedrivePorts & { tokens: readonly string[] };

/** `GET /dead-letters/:id` and `POST /dead-letters/:id/redrive`, as at the projector, for pages of this host. */
export function addRedrive(
  router: ReturnType<typeof createRouter>,
  { tokens, ...ports }: Redrive & { log: Log },
  admission: Admission,
): void {
  addRedriveRoutes(router, ports, [refuseOtherOrigins(admission), requireToken(tokens)]);
}

/** A browser that has learnt a password sends it along, whoever's page asks. */
function refuseOtherOrigins(admission: Admission): ReturnType<typeof requireToken> {
  return async ({ req }, next) => {
    if (!isOriginAllowed(req, admission))
      throw new Problem(403, [{ path: "", message: "not for pages of another origin" }]);
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
