/** What was refused without being kept, counted by status: nothing is known of it here yet. */
export function RefusalsSection() {
  return null;
}
