import type { Region } from "../telephone/phone-number.ts";
import { canonicalZone, isZone } from "../time/zone.ts";

/** The settings of an account that the fold of its calls and agents depends on. */
export type FoldRules = {
  /** The country by whose rules telephone numbers are read. */
  region: Region;
  /** The time zone (IANA name) of stamps that name none. */
  senderZone: string;
};

/** The rules that a database holds. */
export type StoredRules = FoldRules & {
  /** They replace others, and some calls and agents may still be folded by those. */
  adopting?: true;
};

const COMMAND = "npx -y pnpm rebuild:calls --adopt-rules";

/** Says what to do if a service folds by other rules than its database holds, or by rules that are still being adopted; else null. */
export function explainOtherRules(ours: FoldRules, those: StoredRules): string | null {
  const differences = [
    { name: "ACCOUNT_REGION", our: ours.region, their: those.region, isSame: ours.region === those.region },
    {
      ...{ name: "SENDER_TIME_ZONE", our: ours.senderZone, their: those.senderZone },
      isSame: isSameZone(ours.senderZone, those.senderZone),
    },
  ].filter(({ isSame }) => !isSame);
  if (differences.length === 0) return those.adopting ? UNFINISHED : null;
  const are = differences.map(({ name, our }) => `${name} is ${our}`).join(" and ");
  const values = differences.map(({ their }) => their).join(" and ");
  const wanted = differences.map(({ name, their }) => `${name}=${their}`).join(" and ");
  return `${are}, but the calls in MongoDB are folded for ${values}: set ${wanted}, or stop the projectors and run \`${COMMAND}\``;
}

const UNFINISHED = `some calls in MongoDB are still folded by other rules than ACCOUNT_REGION and SENDER_TIME_ZONE say: run \`${COMMAND}\` to its end`;

const isSameZone = (ours: string, theirs: string): boolean =>
  ours === theirs || (isZone(theirs) && canonicalZone(ours) === canonicalZone(theirs));
