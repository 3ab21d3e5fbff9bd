import kafkajs, { type Cluster, type GroupMember, type PartitionAssigner } from "kafkajs";

const { MemberMetadata } = kafkajs.AssignerProtocol;

/** The metadata of kafkajs begins with a version. */
const VERSION = 0;

/**
 * The assigner of kafkajs, which also names the installation that a member belongs to (null = none). The member that leads the group
 * gives partitions to members of its own installation, and to those of releases that name none. So two installations
 * never share the partitions of a group, not even for a moment. `onCluster` is given the cluster that the consumer connects to.
 */
export const createAssigner =
  (installation: string | null, onCluster: (cluster: Cluster) => void): PartitionAssigner =>
  (config) => {
    onCluster(config.cluster);
    const assigner = kafkajs.PartitionAssigners.roundRobin(config);
    const isOurs = (member: GroupMember) => [installation ?? "", ""].includes(installationOf(member));
    return {
      ...assigner,
      assign: ({ members, topics }) => assigner.assign({ members: members.filter(isOurs), topics }),
      protocol: ({ topics }) => ({
        name: assigner.name,
        metadata: MemberMetadata.encode({
          version: VERSION,
          topics,
          userData: Buffer.from(installation ?? ""),
        }),
      }),
    };
  };

const installationOf = ({ memberMetadata }: GroupMember): string =>
  MemberMetadata.decode(memberMetadata)?.userData.toString() ?? "";
