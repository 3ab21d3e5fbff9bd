import type { OutgoingRecord, Publisher } from "@teravoz/kafka";
import { runProjector } from "@teravoz/projector";
import { failNotices } from "../services/failing-notices.ts";

/** Treats a notice that fails for the second time as sent, like a consumer that continues from its position. */
function skipFailed(publisher: Publisher): Publisher {
  const failing = failNotices(publisher);
  const failed = new Set<string>();
  const publish = async (record: OutgoingRecord) => {
    try {
      await failing.publish(record);
    } catch (error) {
      const notice = `${record.topic} ${record.key}`;
      if (failed.has(notice)) return;
      failed.add(notice);
      throw error;
    }
  };
  return { ...failing, publish };
}

await runProjector({ publisher: skipFailed });
