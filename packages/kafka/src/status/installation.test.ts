import { expect, test } from "@jest/globals";
import kafkajs, { type Admin, type Cluster } from "kafkajs";
import { createAssigner } from "../consumer/assigner.ts";
import { demandInstallation, installationMark } from "./installation.ts";

const adminWith = (...metadata: (string | null)[]) =>
  ({
    fetchOffsets: async () => [
      {
        topic: "t",
        partitions: metadata.map((each, partition) => ({ partition, offset: "1", metadata: each })),
      },
    ],
  }) as unknown as Admin;
const demand = (admin: Admin) =>
  demandInstallation({ groupId: "p.projector", admin }, { topics: ["t"], installation: "ours" });

test("a group is accepted if it has no offsets, offsets of an earlier release, or our offsets", async () => {
  await demand(adminWith());
  await demand(adminWith("", null, "a tool's"));
  await demand(adminWith("", installationMark("ours")));
});

test("a group with an offset of another installation is refused, and the error names the setting to change", async () => {
  const refused = demand(adminWith("", installationMark("theirs")));
  await expect(refused).rejects.toThrow(
    /group p\.projector belongs to installation theirs.*installation ours.*TOPIC_PREFIX/,
  );
});

const cluster = {
  findTopicPartitionMetadata: () => [0, 1, 2, 3].map((partitionId) => ({ partitionId })),
} as unknown as Cluster;
const assignerOf = (installation: string | null) =>
  createAssigner(installation, () => {})({ cluster, groupId: "g", logger: undefined as never });

const former = kafkajs.PartitionAssigners.roundRobin({ cluster, groupId: "g", logger: undefined as never });

async function assign(installations: (string | null | undefined)[]) {
  const members = installations.map((installation, n) => {
    const assigner = installation === undefined ? former : assignerOf(installation);
    return { memberId: `member-${n}`, memberMetadata: assigner.protocol({ topics: ["t"] }).metadata };
  });
  const assigned = await assignerOf("ours").assign({ members, topics: ["t"] });
  return assigned.map(({ memberId, memberAssignment }) => [
    memberId,
    kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)!.assignment.t,
  ]);
}

test("a member of another installation is assigned no partition, even while the group has no offsets", async () => {
  expect(await assign(["ours", "theirs"])).toEqual([["member-0", [0, 1, 2, 3]]]);
});

test("members of one installation share the partitions, also with members of an earlier release", async () => {
  expect(await assign(["ours", "ours"])).toEqual([
    ["member-0", [0, 2]],
    ["member-1", [1, 3]],
  ]);
  expect(await assign(["ours", undefined])).toEqual([
    ["member-0", [0, 2]],
    ["member-1", [1, 3]],
  ]);
});
