import { appendFileSync, existsSync } from "node:fs";
import { Unavailable } from "@teravoz/domain";
import type { OutgoingRecord, Publisher } from "@teravoz/kafka";

/** Returns two files: notices fail while `armed` exists, and `failed` has a line with the key of each that failed. */
export const noticeFiles = (failpoint: string) => ({
  armed: `${failpoint}.notices`,
  failed: `${failpoint}.failed-notices`,
});

/** Returns a publisher whose notices can be made to fail. */
export function failNotices(publisher: Publisher): Publisher {
  const { armed, failed } = noticeFiles(process.env.FAILPOINT_FILE!);
  const publish = async (record: OutgoingRecord) => {
    if (!record.topic.endsWith("call-changes") || !existsSync(armed)) return publisher.publish(record);
    appendFileSync(failed, `${record.key}\n`);
    throw new Unavailable("notices fail");
  };
  return { ...publisher, publish };
}
