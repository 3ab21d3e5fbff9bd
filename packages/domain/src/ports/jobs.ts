/** Who does what is to be done once in a while, where several could. */
export type Jobs = {
  /** Whether it is due, and ours to do: for an hour nobody else is told so. */
  claim(name: string, everyMs: number): Promise<boolean>;
  /** Done: due again after its interval; not done: at once. */
  release(name: string, isDone: boolean): Promise<void>;
};
