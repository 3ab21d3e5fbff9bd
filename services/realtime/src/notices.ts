import type { Codec, TailRecord } from "@teravoz/kafka";
import type { Log } from "@teravoz/runtime";
import type { Feed, Notice } from "./feed.ts";

type Decode = Pick<Codec, "decodeChange">;

/** Records of call-changes into the feed. One that cannot be read may be about any call: then all are read again. */
export function createNoticeReader(deps: { codec: Decode; feed: Pick<Feed, "notify" | "resync">; log: Log }) {
  return async (records: readonly TailRecord[]): Promise<void> => {
    const outcomes = await Promise.allSettled(records.map((record) => read(deps.codec, record)));
    const notices = outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" ? (outcome.value ?? []) : [],
    );
    const failures = outcomes.filter((outcome) => outcome.status === "rejected");
    deps.feed.notify(notices);
    if (failures.length === 0) return;
    deps.log.warn({ err: failures[0]?.reason, count: failures.length }, "notices that cannot be read");
    deps.feed.resync();
  };
}

/** Null for a record without a value: nobody writes one, and it says nothing. */
async function read(codec: Decode, { value, timestamp }: TailRecord): Promise<Notice | null> {
  return value && { change: await codec.decodeChange(value), stamped: timestamp };
}
