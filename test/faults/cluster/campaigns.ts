import { join } from "node:path";
import type { Campaign } from "../campaigns/campaign.ts";
import { clusterKnownBad } from "../known-bad/cluster-campaigns.ts";
import type { Fault } from "../nemesis/fault.ts";
import { aimedKills, killedServices } from "../nemesis/of-services.ts";
import type { LaneOrder } from "../nemesis/plan.ts";
import { madeDirectory } from "../special/conditions.ts";
import { openFaultyCluster } from "./cluster.ts";
import { copiesRaised } from "./copies-raised.ts";
import {
  allControllersKilled,
  brokerReplaced,
  brokersRolled,
  controllerKilled,
  controllerPaused,
  coordinatorKilled,
  leaderKilled,
  leaderLinks,
  leaderPaused,
  partitionsReassigned,
  registryKilledWithBroker,
  twoBrokersInTurn,
  twoBrokersKilled,
} from "./of-brokers.ts";
import {
  leaderAndPrimaryKilled,
  membersKilled,
  membersRolled,
  primaryCutOff,
  primaryCutOneWay,
  primaryKilled,
  primaryPaused,
  primaryRollsBack,
  primaryStepsDown,
  secondariesKilled,
} from "./of-members.ts";

const each = (times: number, faults: readonly Fault[]): LaneOrder =>
  faults.map((fault) => ({ fault, times }));
const named = (faults: readonly Fault[], kind: string) => faults.filter(({ name }) => name.startsWith(kind));

/** The rate is low, because six servers, six services, the load and the check share two cores. */
const base = { rate: 60, gapMs: 1_000, onCluster: true, endsInDeath: false } as const;

/** Kills projectors and ingests beside the faults of the cluster, one of a kind at a time. */
const servicesDie = (projectors: number, ingests: number): LaneOrder[] => [
  each(projectors, named([...killedServices, ...aimedKills], "projector")),
  each(ingests, named([...killedServices, ...aimedKills], "ingest")),
];

/** Every fault of a cluster, in campaigns of at most ten minutes. Kills alternate with faults that do not kill. */
export const clusterCampaigns: readonly Campaign[] = [
  {
    ...base,
    name: "cluster: brokers killed",
    lanes: [each(5, [leaderKilled, controllerKilled, coordinatorKilled]), ...servicesDie(3, 8)],
  },
  {
    ...base,
    name: "cluster: mongods killed",
    lanes: [
      [...each(7, [primaryKilled]), ...each(3, [secondariesKilled, membersKilled])],
      ...servicesDie(3, 8),
    ],
  },
  {
    ...base,
    name: "cluster: both killed",
    lanes: [
      [
        ...each(5, [leaderAndPrimaryKilled]),
        ...each(3, [twoBrokersKilled, twoBrokersInTurn, registryKilledWithBroker]),
      ],
      ...servicesDie(2, 6),
    ],
  },
  {
    ...base,
    name: "cluster: zombies and rollbacks",
    lanes: [[...each(3, [leaderPaused, controllerPaused, primaryPaused]), ...each(2, [primaryRollsBack])]],
  },
  {
    ...base,
    name: "cluster: restarts in turn",
    lanes: [
      [
        ...each(2, [brokersRolled, membersRolled, primaryStepsDown]),
        ...each(3, [brokerReplaced, partitionsReassigned]),
        ...each(1, [copiesRaised]),
      ],
    ],
  },
  {
    ...base,
    name: "cluster: links cut one way",
    lanes: [each(2, [...leaderLinks, primaryCutOff, primaryCutOneWay])],
  },
  {
    ...base,
    name: "cluster: spool on",
    lanes: [[...each(1, [brokersRolled]), ...each(3, [leaderKilled])]],
    rig: { env: (dir) => ({ SPOOL_DIR: madeDirectory(join(dir, "spool")) }) },
    takesAll: true,
  },
  {
    ...base,
    name: "cluster: controllers of their own",
    onCluster: false,
    openCluster: (dir) => openFaultyCluster({ dir, fresh: true, separateControllers: true, say: () => {} }),
    lanes: [
      [...each(4, [controllerKilled, leaderKilled]), ...each(2, [controllerPaused, allControllersKilled])],
    ],
  },
  ...clusterKnownBad,
];

/** Returns the fault with its shortest duration. */
const brief = (fault: Fault): Fault => ({ ...fault, holdMs: [fault.holdMs[0], fault.holdMs[0]] });
/** Returns the fault without a duration: it ends as soon as it is felt. */
const untilFelt = (fault: Fault): Fault => ({ ...fault, holdMs: [0, 0] });

/**
 * One run with each kind of fault once, and the builds that are known to be bad: less than five minutes on two idle
 * cores.
 */
export const quickClusterCampaigns: readonly Campaign[] = [
  {
    ...base,
    name: "cluster",
    rate: 40,
    gapMs: 0,
    lanes: [
      each(1, [
        ...[leaderKilled, leaderPaused, twoBrokersKilled, leaderAndPrimaryKilled, leaderLinks[0]!].map(brief),
        untilFelt(primaryRollsBack),
        // moves copies, as a reassignment does
        copiesRaised,
      ]),
    ],
  },
  ...clusterKnownBad,
];
