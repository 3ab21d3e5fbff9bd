import { existsSync, writeFileSync } from "node:fs";
import { runProjector } from "@teravoz/projector";

/**
 * A projector that kills itself once, when Kafka has acknowledged its first redriven event. The file
 * DIED_FILE then exists. It counts waiting dead letters every second, not every 15 s.
 */
const file = process.env.DIED_FILE!;

await runProjector({
  countDeadLettersEveryMs: 1_000,
  publisher: (publisher) => ({
    ...publisher,
    async publish(record) {
      await publisher.publish(record);
      // tombstones are the daily ticks
      const isEvent = record.topic.endsWith("call-events") && record.value !== null;
      if (!isEvent || existsSync(file)) return;
      writeFileSync(file, "");
      process.kill(process.pid, "SIGKILL");
      // the process must not do another step before it is dead
      for (;;);
    },
  }),
});
