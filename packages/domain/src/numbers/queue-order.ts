const collator = new Intl.Collator("en", { numeric: true });

type Named = { queue: string | null };

/** Sorts rows of queues by number. Calls without a queue come last. */
export const byQueueNumber = ({ queue: one }: Named, { queue: other }: Named): number =>
  one === null || other === null
    ? Number(one === null) - Number(other === null)
    : collator.compare(one, other);
