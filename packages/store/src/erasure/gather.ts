import {
  type DeadLetterWithBody,
  type FindParties,
  type FoundDeadLetter,
  type Likelihood,
  likelihoodOf,
  type Parties,
  type Person,
  type PersonFindings,
  type PersonSearch,
  type PersonShare,
  type StoredEvent,
} from "@teravoz/domain";

export type Search = PersonSearch & { person: Person; findParties: FindParties };

type SearchedEvent = Pick<StoredEvent, "uuid" | "kind" | "aggregate_id" | "payload">;
/** A dead letter as the search reads it. A dropped one has no body but may have a key. */
export type SearchedDeadLetter = Pick<DeadLetterWithBody, "id" | "key" | "source" | "body">;

/** Sorts the findings by their likelihood. A call is certain if one of its events is. */
export function createGathered() {
  const calls = new Map<string, Likelihood>();
  const shares = { certain: emptyShare(), possible: emptyShare() };
  let isOurs = false;
  const addCall = (key: string, likelihood: Likelihood) => {
    if (likelihood !== "none" && calls.get(key) !== "certain") calls.set(key, likelihood);
  };
  return {
    addCall,
    addEvent({ uuid, kind, aggregate_id, payload }: SearchedEvent, { person, findParties }: Search) {
      const parties = findParties(payload);
      const likelihood = likelihoodOf(parties, person);
      isOurs ||= person.kind === "number" && parties.ours === person.key;
      if (kind === "call") addCall(aggregate_id, likelihood);
      else if (likelihood !== "none") shares[likelihood].events.push({ key: aggregate_id, uuid });
    },
    addDeadLetter(deadLetter: SearchedDeadLetter, search: Search) {
      const likelihood = likelihoodOfDeadLetter(deadLetter, search);
      if (likelihood !== "none") shares[likelihood].deadLetters.push(foundDeadLetter(deadLetter));
    },
    findings(): PersonFindings {
      for (const [key, likelihood] of calls) if (likelihood !== "none") shares[likelihood].calls.push(key);
      return { ...shares, isOurs };
    },
  };
}

const emptyShare = (): PersonShare => ({ calls: [], events: [], deadLetters: [] });

function likelihoodOfDeadLetter({ key, source, body }: SearchedDeadLetter, search: Search): Likelihood {
  const { person, findParties, agentTopic } = search;
  const byBody: Likelihood =
    body === null ? "none" : likelihoodOf(findParties(Buffer.from(body).toString()), person);
  if (byBody === "certain" || key === null || source?.topic !== agentTopic) return byBody;
  const byKey = likelihoodOf(partiesOfAgentKey(key, findParties), person);
  return byKey === "none" ? byBody : byKey;
}

/** The parties that an agent's key names: it is an actor, a code or a number, and bare digits may be any of them. */
const partiesOfAgentKey = (key: string, findParties: FindParties): Parties => ({
  ...findParties(JSON.stringify({ code: key })),
  actor: key,
});

const foundDeadLetter = ({ id, key, source }: SearchedDeadLetter): FoundDeadLetter => ({
  id,
  key,
  topic: source?.topic ?? null,
});
