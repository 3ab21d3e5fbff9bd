/** The extent of an erasure. */
export type Extent = {
  calls: number;
  /** The number of all stored calls. */
  all: number;
  /** True if the number is one of the account's own. */
  isOurs: boolean;
};

/**
 * The maximum number of calls that are erased without a confirmation. A person calls only from time to time: more calls
 * probably belong to a trunk or a switchboard, or the number is mistyped.
 */
export const MOST_CALLS = 100;
/** In a small account fewer calls need a confirmation: more than FEW_CALLS that are over SMALL_SHARE of all calls. */
const FEW_CALLS = 10;
const SMALL_SHARE = 0.01;

/**
 * Returns the reason why an erasure must be confirmed with its number of calls, because it cannot be undone. Null if it
 * needs no confirmation.
 */
export function reasonToConfirm({ calls, all, isOurs }: Extent): string | null {
  if (isOurs) return `it is one of the account's own numbers (our_number), and would erase ${calls} calls`;
  if (calls > MOST_CALLS) return `it would erase ${calls} calls, more than ${MOST_CALLS}`;
  if (calls > FEW_CALLS && calls > SMALL_SHARE * all)
    return `it would erase ${calls} calls, more than ${SMALL_SHARE * 100} % of all ${all}`;
  return null;
}
