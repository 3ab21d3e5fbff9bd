import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Case, readCases } from "../cases/case.ts";
import { findDifferences } from "../cases/differences.ts";
import { chooseValues, postsOf, type Values } from "../cases/values.ts";
import { type Answers, COMMANDS, viewAnswers } from "../cases/views.ts";
import { drawSeed } from "../runner/failures.ts";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";
import { type Gateway, openGateway } from "../support/services/gateway.ts";
import { connectClient } from "../support/traffic/socket-clients.ts";

/**
 * Number of plays of a case, each with other names (default 1). In case 38 chance decides the order of two
 * events of each of eight agents: a single play would be right by luck in 1 of 256 runs.
 */
const PLAYS: Readonly<Record<string, number>> = { "38": 4 };

const cases = readCases();
const SEED = drawSeed("CASES_SEED");
/** A zone in which no midnight comes between the events and the commands. */
const ZONE = zoneAtNoon();

let gateway: Gateway;
let client: Awaited<ReturnType<typeof connectClient>>;
/** The values of each play of each case, by the id of the case. */
let values: Map<string, Values[]>;
/** The answers to commands that were sent once, for all cases, before any test. */
let answers: Answers;
beforeAll(async () => {
  gateway = await openGateway({ env: { ACCOUNT_TIME_ZONE: ZONE } });
  const now = new Date();
  values = new Map(cases.map((each) => [each.id, valuesOfPlays(each, now)]));
  client = await connectClient("socket.io by websocket", gateway.realtime[0]!.url);
  const plays = cases.flatMap((each) => values.get(each.id)!.map((of) => play(each, of)));
  const sent = (await Promise.all(plays)).flat();
  // ListStats counts in the transaction that stores. Realtime reads all calls at the first command about
  // them, so that must not come earlier
  await eventually(async () => {
    const stored: number[] = Object.values((await ask("ListStats")).events);
    expect(stored.reduce((sum, count) => sum + count, 0)).toBe(new Set(sent).size);
  });
  await askAll();
});
afterAll(async () => {
  client?.close();
  await gateway?.close();
});

async function ask(event: string) {
  const { status, data } = await client.ask(event, {});
  expect([event, status]).toEqual([event, "Ok"]);
  return data;
}

async function askAll(): Promise<void> {
  answers = Object.fromEntries(await Promise.all(COMMANDS.map(async (event) => [event, await ask(event)])));
}

const valuesOfPlays = (each: Case, now: Date): Values[] =>
  Array.from({ length: PLAYS[each.id] ?? 1 }, (_, n) =>
    chooseValues(each, { seed: SEED + n, now, zone: ZONE }),
  );

/** Sends the events of a case one after the other. Resolves with their bodies. */
async function play(each: Case, of: Values): Promise<string[]> {
  const posts = postsOf(each, of);
  for (const { body, times } of posts) {
    const copies = await Promise.all(Array.from({ length: times }, () => gateway.post(body)));
    for (const { status } of copies) expect([each.id, body, status]).toEqual([each.id, body, 200]);
  }
  return posts.map(({ body }) => body);
}

const findAll = (each: Case): string[] =>
  values.get(each.id)!.flatMap((of) => findDifferences(each.expected, viewAnswers(answers, of), of));

/** Asks again while the notice of the last event may still be pending. */
for (const each of cases)
  test(`${each.id} ${each.title}`, () =>
    eventually(async () => {
      const found = findAll(each);
      if (found.length > 0) await askAll();
      expect(found).toEqual([]);
    }));
