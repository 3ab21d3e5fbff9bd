export type Page<T> = {
  items: T[];
  /** Opaque; null on the last page. */
  next: string | null;
};
