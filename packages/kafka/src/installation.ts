import type { Admin } from "kafkajs";

/** A consumer group of another installation: two databases must not share the records of one group. */
export class OtherInstallation extends Error {
  override name = "OtherInstallation";
}

const MARK = "installation=";

/** Stands beside each committed offset, so that a group is known to be ours while nobody is in it. */
export const installationMark = (installation: string | undefined): string | null =>
  installation === undefined ? null : `${MARK}${installation}`;

type Group = { groupId: string; admin: Admin };
type Ours = { topics: readonly string[]; installation?: string | undefined };

/** Throws OtherInstallation where the group has committed offsets of another installation, and what the brokers throw. */
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
    `the consumer group ${groupId} belongs to installation ${other.slice(MARK.length)}, and this database to installation ${installation}: ` +
      "give this one a TOPIC_PREFIX of its own, or, if the other database is gone for good, delete the group",
  );
}
