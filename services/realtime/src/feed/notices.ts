import type { Codec, TailRecord } from "@teravoz/kafka";
import type { Log } from "@teravoz/runtime";
import type { Feed, Notice } from "./feed.ts";

type Decode = Pick<Codec, "decodeChange">;

/**
 * Passes records of call-changes on to the feed. A record that cannot be decoded may concern any call, so all calls are
 * read again.
 */
export function createNoticeReader(deps: { codec: Decode; feed: Pick<Feed, "notify" | "resync">; log: Log }) {
  return async (records: readonly TailRecord[]): Promise<void> => {
    const outcomes = await Promise.allSettled(records.map((record) => read(deps.codec, record)));
    const notices = outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" ? (outcome.value ?? []) : [],
    );
    const failures = outcomes.filter((outcome) => outcome.status === "rejected");
    deps.feed.notify(notices);
    if (failures.length === 0) return;
    deps.log.warn(
      { err: failures[0]?.reason, count: failures.length },
      "notices could not be decoded: reading all calls again",
    );
    deps.feed.resync();
  };
}

/** Decodes a record. Returns null for a record without a value; the projector never writes one. */
async function read(codec: Decode, { value, timestamp }: TailRecord): Promise<Notice | null> {
  return value && { change: await codec.decodeChange(value), stamped: timestamp };
}
