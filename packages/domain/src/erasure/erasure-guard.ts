/** How much an erasure would take. */
export type Extent = {
  calls: number;
  /** All calls there are. */
  all: number;
  /** The number is one of the account's own. */
  isOurs: boolean;
};

/** A person has called now and then; this many calls are more likely a trunk, a switchboard or a typing error. */
export const MOST_CALLS = 100;
/** In a small account a smaller part of all calls is as suspicious. */
const FEW_CALLS = 10;
const SMALL_SHARE = 0.01;

/** Why an erasure must be confirmed with the number of calls it would take, for nothing brings them back; null where it need not. */
export function reasonToConfirm({ calls, all, isOurs }: Extent): string | null {
  if (isOurs) return `it is one of the account's own numbers (our_number), and would take ${calls} calls`;
  if (calls > MOST_CALLS) return `it would take ${calls} calls, more than ${MOST_CALLS}`;
  if (calls > FEW_CALLS && calls > SMALL_SHARE * all)
    return `it would take ${calls} calls, more than ${SMALL_SHARE * 100} % of all ${all}`;
  return null;
}
