import { longCampaigns } from "../faults/campaigns/long.ts";
import { clusterCampaigns } from "../faults/cluster/campaigns.ts";

/** A part of the long run: a separate process that ends within ten minutes on two cores. */
export type Piece = {
  name: string;
  /** Arguments of Node.js, from the root of the checkout. */
  args: readonly string[];
  env?: Record<string, string>;
};

const test = (name: string, pattern: string, title: string | null, env: Record<string, string>): Piece => ({
  name,
  args: ["test/runner/command.ts", pattern, ...(title === null ? [] : ["-t", title])],
  env,
});

const FULL = { FAULTS: "long" };

/** Suites that have smaller counts in `pnpm test`, here with the promised counts. */
const suites: readonly Piece[] = [
  test("properties", "^(packages|services|test/oracle)/", null, FULL),
  test("oracle", "integration/oracle", null, FULL),
  ...[
    "MongoDB is unavailable",
    "MongoDB is killed",
    "MongoDB is paused",
    "two instances",
    "reconnects",
    "read nothing",
  ].map((title) => test(`thousand clients: ${title}`, "integration/realtime/realtime-faults", title, FULL)),
  test("ingest under pressure", "integration/ingest/ingest-pressure", null, FULL),
  test("hostile senders", "integration/ingest/ingest-hostile", null, FULL),
  test("notified, then read", "e2e/notified-is-readable", null, FULL),
  test("projector in 512 MiB", "integration/projector", "512 MiB", FULL),
  test("doors", "e2e/access", null, FULL),
  test("rebuild killed", "e2e/rebuild.test", "killed in the middle", FULL),
  ...["forged webhooks", "fuzzed bodies", "fuzzed packets", "random bodies"].map((title) =>
    test(`fuzz: ${title}`, "e2e/bad-input", title, FULL),
  ),
];

/** Runs of the page with thousands of calls: frames over a minute each, memory over seven and a half minutes. */
const board: readonly Piece[] = [
  ["frames", "the page of|50,000 calls|5,000 queues"],
  ["memory", "no more memory"],
].map(([name, title]) => ({
  name: `board: ${name}`,
  args: ["test/browser/board.ts", "--long", "--title", title!],
}));

const LISTS = [
  ["--long", longCampaigns],
  ["--cluster", clusterCampaigns],
] as const;

const campaigns: readonly Piece[] = LISTS.flatMap(([list, all]) =>
  all.map(({ name }, index) => ({
    name: `faults: ${name}`,
    args: ["test/faults/run.ts", list, "--from", `${index + 1}`, "--runs", "1"],
  })),
);

export const pieces: readonly Piece[] = [...campaigns, ...suites, ...board];
