import type { ComponentChildren } from "preact";
import { AgentsPage } from "../agents/agents-page.tsx";
import { lazy } from "../base/elements/lazy.tsx";
import type { PageName } from "../base/route.ts";
import { CallTable } from "../calls/call-table.tsx";
import { LivePage } from "../live/live-page.tsx";
import { NotFound } from "./not-found.tsx";

/** The component of each page. Rarely opened pages are loaded when they are first opened. */
export const COMPONENTS: Record<PageName, () => ComponentChildren> = {
  live: LivePage,
  calls: CallTable,
  agents: AgentsPage,
  queues: lazy(() => import("../queues/queues-page.tsx").then(({ QueuesPage }) => QueuesPage)),
  abandoned: lazy(() => import("../abandoned/abandoned-page.tsx").then(({ AbandonedPage }) => AbandonedPage)),
  deliveries: lazy(() =>
    import("../deliveries/deliveries-page.tsx").then(({ DeliveriesPage }) => DeliveriesPage),
  ),
  system: lazy(() => import("../system/system-page.tsx").then(({ SystemPage }) => SystemPage)),
  number: lazy(() => import("../number/number-page.tsx").then(({ NumberPage }) => NumberPage)),
  unknown: NotFound,
};
