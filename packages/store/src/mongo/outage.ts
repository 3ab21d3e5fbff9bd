import { isNativeError } from "node:util/types";
import { Unavailable } from "@teravoz/domain";
import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoCompatibilityError,
  MongoError,
  MongoErrorLabel,
  MongoExpiredSessionError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from "mongodb";

const PASSING_KINDS = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
  MongoClientClosedError,
  MongoExpiredSessionError,
  MongoCompatibilityError,
];

/** The names of the pool's own errors, which the driver (7.9) does not export. */
const PASSING_NAMES = new Set(["MongoWaitQueueTimeoutError", "MongoPoolClosedError"]);

const PASSING_LABELS = [
  MongoErrorLabel.TransientTransactionError,
  MongoErrorLabel.UnknownTransactionCommitResult,
  MongoErrorLabel.RetryableWriteError,
];

/**
 * The codes of errors about the server, not about the document that it was sent. Source: error_codes.yml of MongoDB. An
 * operator can correct a refused login, a missing permission, a missing replica set, an old feature version and a full
 * disk (8 is the storage engine's code for it). No event may be parked because of them. A killed operation, or an
 * operation of a killed session (see orphaned-transactions.ts), has no label.
 */
const PASSING_CODES: Readonly<Record<string, readonly number[]>> = {
  network: [6, 7, 89, 202, 384, 9001],
  steppingDown: [91, 189, 10058, 10107, 11600, 11602, 13435, 13436],
  timeLimit: [50, 262, 290],
  killed: [175, 237, 279, 355, 11_601],
  overloaded: [146, 261, 264, 292, 365],
  writeConcern: [64, 79, 100],
  lock: [24, 46, 112],
  transactionGone: [225, 251],
  readConcern: [133, 134, 239, 246],
  cursorGone: [43],
  access: [11, 13, 18, 31, 391, 8000],
  noReplicaSet: [20, 76, 93, 94, 123],
  otherVersion: [59, 72, 115, 238, 263, 40_415],
  writesBlocked: [371],
  disk: [8, 39, 314, 14_031],
};
const passingCodes = new Set(Object.values(PASSING_CODES).flat());

/**
 * Node's codes for a connection that broke, could not be opened, or has no address at the moment. The driver (7.9)
 * wraps the errors of a socket that reads, but not of one that writes: a command sent on a connection that was just
 * reset fails with Node's own error, without any label. Whether the command arrived is not known.
 */
const LOST_LINK_CODES = new Set([
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
]);

/** Returns whether the error, or one of its causes, is Node's own error of a lost connection. */
export const isLostLink = (error: unknown): boolean =>
  isNativeError(error) &&
  (("code" in error && LOST_LINK_CODES.has(String(error.code))) || isLostLink(error.cause));

/** Returns whether the error is a DuplicateKey: the document exists already. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === 11_000;

/**
 * Unwraps an error of the driver (7.9), which wraps every error that ended a bulk write, including a lost connection,
 * and does not always keep its labels. If a server without transactions refuses one, the driver throws its own text
 * without a code, and has the server's answer inside.
 */
function unwrap(error: unknown): unknown {
  if (error instanceof MongoBulkWriteError && isNativeError(error.errorResponse)) return error.errorResponse;
  return error instanceof MongoServerError && isNativeError(error.originalError)
    ? error.originalError
    : error;
}

/** Returns whether the error is a BadValue for a query that names an index that is still being built. */
const isMissingIndex = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === 2 && /hint provided does not corr/.test(error.message);

/** Returns whether the same request may succeed later. */
export function isPassing(thrown: unknown): boolean {
  const error = unwrap(thrown);
  if (isLostLink(error) || isMissingIndex(error)) return true;
  if (!(error instanceof MongoError)) return false;
  return (
    PASSING_KINDS.some((kind) => error instanceof kind) ||
    PASSING_NAMES.has(error.name) ||
    PASSING_LABELS.some((label) => error.hasErrorLabel(label)) ||
    (error instanceof MongoServerError && passingCodes.has(Number(error.code)))
  );
}

/** Runs `work`. Throws a temporary error as Unavailable with its cause, and any other error unchanged. */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isPassing(error) ? new Unavailable("mongodb is unavailable", { cause: error }) : error;
  }
}
