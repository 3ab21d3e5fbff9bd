/**
 * Returns a zone in which it is noon now, so that no midnight comes between an event and the number that counts it.
 * (Etc/GMT-3 is three hours ahead of UTC.)
 */
export function zoneAtNoon(): string {
  const behind = new Date().getUTCHours() - 12;
  return `Etc/GMT${behind < 0 ? behind : `+${behind}`}`;
}
