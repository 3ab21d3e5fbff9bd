import kafkajs, { type Cluster, type GroupMember, type PartitionAssigner } from "kafkajs";

const { MemberMetadata } = kafkajs.AssignerProtocol;

/** The version with which the member metadata of kafkajs begins. */
const VERSION = 0;

/**
 * Creates an assigner that assigns like the round-robin assigner of kafkajs and also publishes the installation of its
 * member (null = none). The leader of the group assigns partitions only to members of its own installation and to
 * members of releases that publish none. Two installations therefore never share the partitions of a group, not even
 * for a moment. `onCluster` receives the cluster that the consumer connects to.
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
