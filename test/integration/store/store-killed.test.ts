import { expect, test } from "@jest/globals";
import { foldCall, Unavailable } from "@teravoz/domain";
import type { MongoConnection } from "@teravoz/store";
import { batchOf, dropDatabase, openStore, sampleEvent } from "../../support/stack/store.ts";

const EVENTS = 20;
/**
 * Most kills come too late or hit an operation that is retried. With this number of them a batch fails
 * several times.
 */
const KILLS = 300;

/** Kills the running operations of the database, as an operator does. Returns their number. */
async function killRunning({ client, db: { databaseName } }: MongoConnection): Promise<number> {
  const admin = client.db("admin");
  const running = { ns: { $regex: `^${databaseName}\\.` }, active: true };
  const found = await admin
    .aggregate<{ opid: number }>([{ $currentOp: {} }, { $match: running }], { readConcern: "local" })
    .toArray();
  for (const { opid } of found) await admin.command({ killOp: 1, op: opid });
  return found.length;
}

test("a batch whose operations an operator kills is never treated as unstorable, and is stored once", async () => {
  const { connection, store } = await openStore();
  const progress = { kills: 0 };
  const killing = (async () => {
    while (progress.kills < KILLS) progress.kills += await killRunning(connection);
  })();
  const failures: unknown[] = [];
  let position: number | null = null;
  while (progress.kills < KILLS) {
    const batch = batchOf(
      Array.from({ length: EVENTS }, () => sampleEvent()),
      position,
      0,
    );
    await store.apply(batch, foldCall).catch((error) => failures.push(error));
    position = await store.position("call-events", 0).catch((error) => {
      failures.push(error);
      return position;
    });
  }
  await killing;
  expect(failures).not.toEqual([]);
  for (const failure of failures) expect(failure).toBeInstanceOf(Unavailable);
  const last = batchOf([sampleEvent()], await store.position("call-events", 0), 0);
  expect(await store.apply(last, foldCall)).toMatchObject({ fenced: false });
  expect(await connection.db.collection("events").countDocuments()).toBe(last.next);
  await dropDatabase(connection);
});
