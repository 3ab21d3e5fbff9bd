/** The extent of an erasure. */
export type Extent = {
  calls: number;
  /** The number of all stored calls. */
  all: number;
  /** The number is one of the account's own. */
  isOurs: boolean;
};

/** A person has called now and then. So many calls are more likely those of a trunk, a switchboard or a typing error. */
export const MOST_CALLS = 100;
/** In a small account a smaller share of all calls is as suspicious. */
const FEW_CALLS = 10;
const SMALL_SHARE = 0.01;

/** The reason why an erasure must be confirmed with its number of calls, because it cannot be undone; null if it need not. */
export function reasonToConfirm({ calls, all, isOurs }: Extent): string | null {
  if (isOurs) return `it is one of the account's own numbers (our_number), and would take ${calls} calls`;
  if (calls > MOST_CALLS) return `it would take ${calls} calls, more than ${MOST_CALLS}`;
  if (calls > FEW_CALLS && calls > SMALL_SHARE * all)
    return `it would take ${calls} calls, more than ${SMALL_SHARE * 100} % of all ${all}`;
  return null;
}
