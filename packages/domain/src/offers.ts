/**
 * TALKED: the agent entered, whatever came before. MISSED: it rang and was not answered. CANCELLED: it rang until somebody else
 * answered, or the caller went.
 */
export type OfferOutcome = "TALKED" | "MISSED" | "CANCELLED";

/** A call offered to an agent: from the first ring to the end of the talk. */
export type Offer = {
  agent: string;
  queue: string | null;
  /** Null where the agent entered, or did not answer, without a ring that was told. */
  rang_at: Date | null;
  entered_at: Date | null;
  ended_at: Date | null;
  /** Null while it rings or is talked. */
  outcome: OfferOutcome | null;
};

/** Of a call that is offered again and again the latest are kept: a queue whose hundred agents all ring. */
export const MAX_OFFERS = 100;

/** What an event says of whom its call is offered to; `agent` is the one it names, if it does. */
export type OfferStep = { type: string; at: Date; queue: string | null; agent: string | null };

/** The offers of a call, in the order they began, after one more of its events in the order of the fold. One agent has one open at most. */
export function applyToOffers(offers: readonly Offer[], step: OfferStep): readonly Offer[] {
  const { type, at, agent } = step;
  if (ENDING.has(type)) return endOpen(offers, at, () => true);
  if (type === "actor.left")
    return endOpen(offers, at, (offer) => !isRinging(offer) && (agent === null || offer.agent === agent));
  return agent === null ? offers : applyNamed(offers, { ...step, agent });
}

/** The caller goes, or goes elsewhere. */
const ENDING: ReadonlySet<string> = new Set([
  "call.waiting",
  "call.overflow",
  "call.queue-abandon",
  "call.finished",
]);

function applyNamed(
  offers: readonly Offer[],
  { type, at, queue, agent }: OfferStep & { agent: string },
): readonly Offer[] {
  const isTheirs = (offer: Offer) => offer.agent === agent;
  const isTheirRing = (offer: Offer) => isTheirs(offer) && isRinging(offer);
  switch (type) {
    case "actor.ringing":
      return changeOpen(withOpen(offers, agent, queue), isTheirRing, (offer) => ({
        ...offer,
        rang_at: offer.rang_at ?? at,
      }));
    case "actor.noanswer":
      return endOpen(withOpen(offers, agent, queue), at, isTheirRing, "MISSED");
    case "actor.entered": {
      const others = endOpen(offers, at, (offer) => isRinging(offer) && !isTheirs(offer));
      return changeOpen(withOpen(others, agent, queue), isTheirRing, (offer) => ({
        ...offer,
        entered_at: at,
      }));
    }
    default:
      return offers;
  }
}

const isOpen = ({ ended_at }: Offer): boolean => ended_at === null;
const isRinging = ({ entered_at }: Offer): boolean => entered_at === null;

function withOpen(offers: readonly Offer[], agent: string, queue: string | null): readonly Offer[] {
  if (offers.some((offer) => isOpen(offer) && offer.agent === agent)) return offers;
  const begun = { agent, queue, rang_at: null, entered_at: null, ended_at: null, outcome: null };
  return [...offers, begun].slice(-MAX_OFFERS);
}

const changeOpen = (
  offers: readonly Offer[],
  which: (offer: Offer) => boolean,
  change: (offer: Offer) => Offer,
): readonly Offer[] => offers.map((offer) => (isOpen(offer) && which(offer) ? change(offer) : offer));

const endOpen = (
  offers: readonly Offer[],
  at: Date,
  which: (offer: Offer) => boolean,
  unanswered: OfferOutcome = "CANCELLED",
): readonly Offer[] =>
  changeOpen(offers, which, (offer) => ({
    ...offer,
    ended_at: at,
    outcome: isRinging(offer) ? unanswered : "TALKED",
  }));
