/** The JSON form of T, as the other side reads it: times are ISO 8601 texts. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Each)[]
    ? Wire<Each>[]
    : T extends object
      ? { [Name in keyof T]: Wire<T[Name]> }
      : T;
