import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { chooseOnly } from "../faults.ts";
import { brokenLinks, killedParts, pausedParts } from "../nemesis/of-parts.ts";
import {
  aimedKills,
  erasureKills,
  killedServices,
  pausedServices,
  restartedServices,
} from "../nemesis/of-services.ts";
import type { Rig } from "../rig/rig.ts";
import type { Afterwards, Campaign } from "./campaign.ts";
import { withinTime } from "./deadline.ts";
import { quickCampaigns } from "./quick.ts";
import { together } from "./together.ts";

const noRig = {} as Rig;
const calm = (name: string, more: Partial<Campaign> = {}): Campaign => ({
  name,
  lanes: [],
  rate: 50,
  gapMs: 0,
  endsInDeath: false,
  ...more,
});

test("every kind of fault strikes in the quick campaigns", () => {
  const struck = new Set(quickCampaigns.flatMap(({ lanes }) => lanes.flat()).map(({ fault }) => fault.name));
  const kinds = [
    ...killedServices,
    ...pausedServices,
    ...restartedServices,
    ...aimedKills,
    ...erasureKills,
    ...killedParts,
    ...pausedParts,
    ...brokenLinks,
  ];
  expect(kinds.filter(({ name }) => !struck.has(name))).toEqual([]);
});

test("faults of services and of links strike different processes if they share a run", () => {
  const shared = quickCampaigns.find(({ name }) => name === "services + links")!;
  const targetsOf = (name: string) =>
    shared
      .members!.find((member) => member.name === name)!
      .lanes.flat()
      .flatMap(({ fault }) => fault.targets);
  const links = new Set(targetsOf("links"));
  expect(targetsOf("services").filter((target) => links.has(target))).toEqual([]);
});

test("one quick campaign in which projectors die keeps the session of a deployment", () => {
  const ofProduction = quickCampaigns.filter(({ rig }) => rig?.timings === "production");
  const faults = ofProduction.flatMap(({ lanes }) => lanes.flat()).map(({ fault }) => fault.name);
  expect(faults).toContain("projector killed");
});

test("a shared run has the lanes of all members, the highest rate and all settings", () => {
  const [first, second] = [killedServices, pausedServices].map(([fault]) => [{ fault: fault!, times: 2 }]);
  const shared = together([
    calm("one", { lanes: [first!], rate: 100, rig: { counts: { projector: 3 }, env: () => ({ A: "1" }) } }),
    calm("other", { lanes: [second!], endsInDeath: true, rig: { token: "t", env: () => ({ B: "2" }) } }),
  ]);
  expect(shared).toMatchObject({ name: "one + other", lanes: [first, second], rate: 100, endsInDeath: true });
  expect(shared.rig).toMatchObject({ counts: { projector: 3 }, token: "t" });
  expect(shared.rig!.env!("")).toEqual({ A: "1", B: "2" });
});

test("in a shared run the `beforehand` parts run one after the other, and every fault is reported", async () => {
  const order: string[] = [];
  const slow = (name: string) => async () => {
    await sleep(name === "one" ? 20 : 0);
    order.push(name);
    return [{ fault: name, recoverMs: 0 }];
  };
  const shared = together(["one", "two"].map((name) => calm(name, { beforehand: slow(name) })));
  const faults = (await shared.beforehand!(noRig)).map(({ fault }) => fault);
  expect({ order, faults }).toEqual({ order: ["one", "two"], faults: ["one", "two"] });
});

test("a shared run reports what each member found afterwards and judges the last evidence", async () => {
  const found = (name: string) => async () =>
    ({
      struck: [{ fault: name, recoverMs: 0 }],
      violations: [name],
      evidence: name,
    }) as unknown as Afterwards;
  const shared = together([
    calm("one", { afterwards: found("one") }),
    calm("two", { afterwards: found("two") }),
  ]);
  const after = await shared.afterwards!(noRig);
  expect(after).toMatchObject({ violations: ["one", "two"], evidence: "two" });
  expect(after.struck).toHaveLength(2);
  expect(together([calm("one"), calm("two")]).afterwards).toBeUndefined();
});

test("a member of a shared run runs alone if it is chosen by name", () => {
  expect(chooseOnly(quickCampaigns, "poison").map(({ name }) => name)).toEqual(["poison"]);
  expect(chooseOnly(quickCampaigns, "services + links").map(({ name }) => name)).toEqual([
    "services + links",
  ]);
});

test("a campaign that hangs ends at its deadline, and the message names its phase", async () => {
  const hanging = new Promise<never>(() => {});
  await expect(withinTime(hanging, 10, () => "quiet")).rejects.toThrow("not over after 0.01 s: quiet");
  expect(await withinTime(Promise.resolve(1), 10_000, () => "quiet")).toBe(1);
});
