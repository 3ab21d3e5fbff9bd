export function RefusalsSection() {
  return null;
}
