export type Page<T> = {
  items: T[];
  /** Opaque. Null on the last page. */
  next: string | null;
};
