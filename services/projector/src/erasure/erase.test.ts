import { expect, test } from "@jest/globals";
import { type Receipt, Unavailable } from "@teravoz/domain";
import { topicNames } from "@teravoz/kafka";
import { type ErasePorts, erasePerson } from "./erase.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const ANA = { kind: "actor", key: "ana" } as const;

/** Ports that say in which order they were used; `broken` is away. */
function createPorts(broken?: string) {
  const happened: string[] = [];
  const happen = async (what: string): Promise<Receipt> => {
    if (what === broken) throw new Unavailable("away");
    happened.push(what);
    return { requested_at: NOW, clean_at: null, log_clean_by: null };
  };
  const subjects = [{ kind: "call" as const, key: "1" }];
  const erasures: Partial<ErasePorts["erasures"]> = {
    findPerson: async () => ({ subjects, letters: [{ id: "a", key: null, topic: null }] }),
    request: (_, person) => happen(`${person?.key}'s call entered`),
    deleteLetters: async () => void (await happen("letters deleted")),
    requestFor: () => happen("receipt written"),
  };
  const ports: ErasePorts = {
    erasures: erasures as ErasePorts["erasures"],
    publisher: { publish: async () => void (await happen("tombstone written")) },
    topics: topicNames(""),
    now: () => NOW,
  };
  return { ports, happened };
}

const STEPS = ["ana's call entered", "tombstone written", "letters deleted", "receipt written"];

test("a person has a receipt only when the dead letters are gone and the tombstones are in the log", async () => {
  const { ports, happened } = createPorts();
  expect(await erasePerson(ports, ANA)).toMatchObject({ requested_at: NOW, clean_at: null, calls: 1 });
  expect(happened).toEqual(STEPS);
});

test.each(STEPS)('where it ends before "%s" nothing after that has happened', async (step) => {
  const { ports, happened } = createPorts(step);
  await expect(erasePerson(ports, ANA)).rejects.toThrow(Unavailable);
  expect(happened).toEqual(STEPS.slice(0, STEPS.indexOf(step)));
});
