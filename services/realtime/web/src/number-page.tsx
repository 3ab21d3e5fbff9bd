export function NumberPage() {
  return null;
}
