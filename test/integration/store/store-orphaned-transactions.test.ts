import { expect, test } from "@jest/globals";
import { foldCall } from "@teravoz/domain";
import { connectMongo } from "@teravoz/store";
import {
  batchOf,
  dropDatabase,
  freshDatabase,
  log,
  openStore,
  sampleEvent,
  uriOf,
} from "../../support/stack/store.ts";

test("a transaction orphaned by a crashed projector blocks its partition for seconds, not for MongoDB's minute", async () => {
  const uri = uriOf(freshDatabase()).href;
  const { connection, store } = await openStore(uri);
  await store.apply(batchOf([sampleEvent()], null, 0), foldCall);
  const dead = await connectMongo({ uri, log });
  const session = dead.client.startSession();
  session.startTransaction();
  const positions = dead.db.collection<{ _id: string; next: number }>("positions");
  await positions.updateOne({ _id: "call-events:0" }, { $set: { next: 9 } }, { session });

  const began = Date.now();
  const applied = await store.apply(batchOf([sampleEvent()], 1, 0), foldCall);
  expect(applied).toMatchObject({ fenced: false, added: [expect.any(String)] });
  expect(Date.now() - began).toBeLessThan(30_000);
  // an owner that was only stopped must start its transaction again
  await expect(session.commitTransaction()).rejects.toMatchObject({ code: 251 });

  await session.endSession();
  await dead.close();
  await dropDatabase(connection);
});
