import { expect, test } from "@jest/globals";
import { MongoServerError } from "mongodb";
import { askPrimary, checkHello, reasonOf } from "./connect.ts";

test.each([
  ["the primary of a replica set", { setName: "rs0", isWritablePrimary: true }],
  ["a router of a sharded cluster", { msg: "isdbgrid", isWritablePrimary: true }],
])("%s is ready", (_, hello) => {
  expect(checkHello(hello)).toEqual({ ok: true });
});

test("a server without a replica set is not ready, and the reason says how to make it one", () => {
  const reason = expect.stringContaining("--replSet");
  expect(checkHello({ isWritablePrimary: true })).toEqual({ ok: false, reason });
});

test("a member that is not the primary is not ready", () => {
  const away = { ok: false, reason: "no primary answers" };
  expect(checkHello({ setName: "rs0", isWritablePrimary: false })).toEqual(away);
  expect(checkHello({ isWritablePrimary: false })).toEqual(away);
});

/** Makes a primary that answers `hello`. `read` answers a read that a majority has to confirm. */
const ask = (read: () => Promise<unknown>) =>
  askPrimary({
    command: async () => ({ setName: "rs0", isWritablePrimary: true }),
    collection: () => ({ findOne: read }),
  });

test("a primary that is cut off from the other members is not ready, even if it still considers itself the primary", async () => {
  expect(await ask(async () => null)).toEqual({ ok: true });
  const late = ask(() => Promise.reject(new MongoServerError({ code: 50, message: "timed out" })));
  expect(await late).toEqual({ ok: false, reason: "the primary is not confirmed by a majority" });
});

test("a refused login and an unreachable database have different reasons", () => {
  expect(reasonOf(Object.assign(new Error("x"), { code: 18 }))).toBe("mongodb refuses the login");
  expect(reasonOf(new Error("x"))).toBe("no primary answers");
});
