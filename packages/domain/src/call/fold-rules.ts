import type { Region } from "../telephone/phone-number.ts";
import { canonicalZone, isZone } from "../time/zone.ts";

/** The settings of an account on which the fold of its calls and agents depends. */
export type FoldRules = {
  /** Telephone numbers are read by the rules of this country. */
  region: Region;
  /** The time zone (IANA name) of stamps without a zone. */
  senderZone: string;
};

/** The rules that are stored in a database. */
export type StoredRules = FoldRules & {
  /** These rules replaced others, and some calls and agents may still be folded by the earlier ones. */
  adopting?: true;
};

const COMMAND = "npx -y pnpm rebuild:calls --adopt-rules";

/**
 * Explains what to do if the rules of a service differ from those of its database, or are still being adopted. Null
 * otherwise.
 */
export function explainOtherRules(ours: FoldRules, those: StoredRules): string | null {
  const differences = [
    { name: "ACCOUNT_REGION", our: ours.region, their: those.region, isSame: ours.region === those.region },
    {
      name: "SENDER_TIME_ZONE",
      our: ours.senderZone,
      their: those.senderZone,
      isSame: isSameZone(ours.senderZone, those.senderZone),
    },
  ].filter(({ isSame }) => !isSame);
  if (differences.length === 0) return those.adopting ? UNFINISHED : null;
  const are = differences.map(({ name, our }) => `${name} is ${our}`).join(" and ");
  const values = differences.map(({ their }) => their).join(" and ");
  const wanted = differences.map(({ name, their }) => `${name}=${their}`).join(" and ");
  return `${are}, but the calls in MongoDB are folded for ${values}: set ${wanted}, or stop the projectors and run \`${COMMAND}\``;
}

const UNFINISHED = `some calls in MongoDB are not folded by ACCOUNT_REGION and SENDER_TIME_ZONE yet: run \`${COMMAND}\` and let it finish`;

const isSameZone = (ours: string, theirs: string): boolean =>
  ours === theirs || (isZone(theirs) && canonicalZone(ours) === canonicalZone(theirs));
