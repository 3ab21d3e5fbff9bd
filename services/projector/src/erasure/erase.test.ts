import { expect, test } from "@jest/globals";
import { type Receipt, Unavailable } from "@teravoz/domain";
import { topicNames } from "@teravoz/kafka";
import { formatReceipt } from "../erase-command/print.ts";
import { type ErasePorts, erasePerson } from "./erase.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const ANA = { kind: "number", key: "+5511987654321" } as const;

/** Creates ports that record the order in which they are used. The port named `broken` is unavailable. */
function createPorts(broken?: string) {
  const happened: string[] = [];
  const happen = async (what: string): Promise<Receipt> => {
    if (what === broken) throw new Unavailable("away");
    happened.push(what);
    return { requested_at: NOW, clean_at: null, log_clean_by: null };
  };
  const nothing = { calls: [], events: [], deadLetters: [] };
  const erasures: Partial<ErasePorts["erasures"]> = {
    findPerson: async (_, { since }) => ({
      certain: {
        ...nothing,
        calls: since === 7 ? ["1", "late"] : ["1"],
        deadLetters: [{ id: "a", key: null, topic: null }],
      },
      possible: { ...nothing, calls: ["2"] },
      isOurs: false,
    }),
    request: (_, person) => happen(`${person?.kind}'s call requested`),
    deleteDeadLetters: async () => void (await happen("dead letters deleted")),
    requestFor: () => happen("receipt written"),
    mark: async () => 7,
    keepOut: async () => void (await happen("kept out")),
    countAgentEvents: async () => 0,
    countCalls: async () => 1_000,
  };
  const ports: ErasePorts = {
    erasures: erasures as ErasePorts["erasures"],
    publisher: {
      publish: async () =>
        void (happened.at(-1) === "tombstones written" || (await happen("tombstones written"))),
    },
    store: { listAgentEvents: async () => [] },
    codec: { encodeEvent: async () => Buffer.from("") },
    topics: topicNames(""),
    now: () => NOW,
  };
  return { ports, happened };
}

const STEPS = [
  "kept out",
  "number's call requested",
  "tombstones written",
  "dead letters deleted",
  "receipt written",
];

test("a person gets a receipt only after the dead letters are deleted and the tombstones are in the log", async () => {
  const { ports, happened } = createPorts();
  expect(await erasePerson(ports, ANA, { possible: false, confirm: null })).toMatchObject({
    requested_at: NOW,
    clean_at: null,
    calls: 2,
  });
  expect(happened).toEqual(STEPS);
});

test.each(STEPS)('an erasure that fails at "%s" does none of the later steps', async (step) => {
  const { ports, happened } = createPorts(step);
  await expect(erasePerson(ports, ANA, { possible: false, confirm: null })).rejects.toThrow(Unavailable);
  expect(happened).toEqual(STEPS.slice(0, STEPS.indexOf(step)));
});

test("a printed receipt names the files of rolled-back documents if MongoDB has several members", () => {
  const at = "2026-01-01T00:00:00.000Z";
  const receipt = { requested_at: at, clean_at: at, log_clean_by: at };
  expect(formatReceipt("call", receipt)).not.toContain("rollback");
  const text = formatReceipt("call", { ...receipt, mongodb_members: 3 });
  expect(text).toContain("3 members");
  expect(text).toContain("find <dbPath>/rollback -type f -name 'removed.*.bson' -print -delete");
});
