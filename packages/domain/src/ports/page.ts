export type Page<T> = {
  items: T[];
  /** The cursor of the next page, which is opaque. Null on the last page. */
  next: string | null;
};
