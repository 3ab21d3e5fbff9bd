import { expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import {
  MongoBulkWriteError,
  MongoCompatibilityError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoRuntimeError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from "mongodb";
import { isPassing, orUnavailable } from "./outage.ts";

const answered = (code: number, errorLabels: string[] = []) => new MongoServerError({ code, errorLabels });
/**
 * The driver's error for a transaction on a server that is not a member of a replica set. The server's own error is
 * inside.
 */
const withoutReplicaSet = () =>
  new MongoServerError({ message: "does not support retryable writes", originalError: answered(20) });
/** An error of a socket, as Node throws it. */
const ofSocket = (code: string) => Object.assign(new Error("x"), { code });
/** An error of a class that the driver does not export. */
const named = (name: string) => Object.defineProperty(new MongoNetworkError("x"), "name", { value: name });

test.each([
  ["a lost connection", new MongoNetworkError("x")],
  [
    "a lost connection within another error",
    new Error("x", { cause: new Error("y", { cause: ofSocket("EPIPE") }) }),
  ],
  [
    "a lost connection that the driver names as a cause",
    new MongoRuntimeError("x", { cause: ofSocket("EPIPE") }),
  ],
  [
    "a connection that broke in a bulk write",
    new MongoBulkWriteError(ofSocket("EPIPE") as never, {} as never),
  ],
  ["a lost connection in a bulk write", new MongoBulkWriteError(new MongoNetworkError("x"), {} as never)],
  ["a connection that does not answer", new MongoNetworkTimeoutError("x")],
  ["no reachable server", new MongoServerSelectionError("x", {} as never)],
  ["a connection that was never made", new MongoTopologyClosedError()],
  ["a full pool", named("MongoWaitQueueTimeoutError")],
  ["a server that is not primary", answered(10_107)],
  ["a server that shuts down", answered(91)],
  ["a time limit", answered(50)],
  ["an operation that was killed", answered(11_601)],
  ["a cursor that was killed", answered(237)],
  ["a full cache", answered(365)],
  ["a sort that has no index yet and too little memory", answered(292)],
  ["writes that an operator blocks", answered(371)],
  ["a write that no majority has acknowledged", answered(64)],
  ["a lost race", answered(112)],
  ["a refused login", answered(18)],
  ["a full disk", answered(14_031)],
  ["a disk that the storage engine cannot write to", answered(8)],
  ["a user who may not write", answered(13)],
  ["a user who was deleted", answered(11)],
  ["a server without a replica set", answered(20)],
  ["a transaction on a server without a replica set", withoutReplicaSet()],
  ["a snapshot of a server without a replica set", answered(123)],
  ["a replica set that is not initiated", answered(94)],
  ["a server of a feature version that is too old for our commands", answered(263)],
  ["a server that is too old for the driver", new MongoCompatibilityError("x")],
  ["a transaction that may be tried again", answered(1, ["TransientTransactionError"])],
  ["a commit whose outcome is unknown", answered(1, ["UnknownTransactionCommitResult"])],
  ...[
    "ECONNRESET",
    "EPIPE",
    "ECONNABORTED",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "ENOTCONN",
    "ENETRESET",
    "EHOSTUNREACH",
    "EHOSTDOWN",
    "ENETUNREACH",
    "ENETDOWN",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ERR_STREAM_DESTROYED",
    "ERR_STREAM_WRITE_AFTER_END",
    "ERR_STREAM_PREMATURE_CLOSE",
    "ERR_SOCKET_CLOSED",
    "ERR_SOCKET_CONNECTION_TIMEOUT",
  ].map((code) => [`a socket's ${code}`, ofSocket(code)] as const),
])("%s is temporary: it is reported as Unavailable, with its cause", async (_, error) => {
  expect(isPassing(error)).toBe(true);
  const outcome = orUnavailable(() => Promise.reject(error));
  await expect(outcome).rejects.toBeInstanceOf(Unavailable);
  await expect(outcome).rejects.toMatchObject({ cause: error });
});

test.each([
  ["a document that is too large", answered(10_334)],
  ["a key that is taken", answered(11_000)],
  ["a value that the server refuses", answered(2)],
  ["a transaction that is too large", answered(257)],
  ["a missing file", ofSocket("ENOENT")],
  ["a fault in the fold with a cause", new TypeError("x", { cause: new Error("y") })],
  ["a fault in the fold", new TypeError("x is not a function")],
])("%s is permanent: it is thrown unchanged", async (_, error) => {
  expect(isPassing(error)).toBe(false);
  await expect(orUnavailable(() => Promise.reject(error))).rejects.toBe(error);
});

test("orUnavailable returns the result of work that succeeds", async () => {
  expect(await orUnavailable(async () => 7)).toBe(7);
});
