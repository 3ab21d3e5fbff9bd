import type { Admin } from "kafkajs";

/**
 * The error for a consumer group that belongs to another installation. Two databases must not share the records of a
 * group.
 */
export class OtherInstallation extends Error {
  override name = "OtherInstallation";
}

const MARK = "installation=";

/**
 * Returns the metadata to commit with each offset. It identifies the owner of a group even while the group has no
 * members.
 */
export const installationMark = (installation: string | undefined): string | null =>
  installation === undefined ? null : `${MARK}${installation}`;

type Group = { groupId: string; admin: Admin };
type Ours = { topics: readonly string[]; installation?: string | undefined };

/**
 * Throws OtherInstallation if the group has committed offsets of another installation, and the errors of the brokers.
 */
export async function demandInstallation(
  { groupId, admin }: Group,
  { topics, installation }: Ours,
): Promise<void> {
  if (installation === undefined) return;
  const offsets = await admin.fetchOffsets({ groupId, topics: [...topics] });
  const marks = offsets.flatMap(({ partitions }) => partitions.flatMap(({ metadata }) => metadata ?? []));
  const other = marks.find((mark) => mark.startsWith(MARK) && mark !== installationMark(installation));
  if (other === undefined) return;
  throw new OtherInstallation(
    `the consumer group ${groupId} belongs to installation ${other.slice(MARK.length)}, but this database belongs to installation ${installation}: ` +
      "set another TOPIC_PREFIX here, or delete the group if the other database no longer exists",
  );
}
