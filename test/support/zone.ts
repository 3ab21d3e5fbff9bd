/** No midnight comes between an event and its number. (Etc/GMT-3 is three hours ahead of UTC.) */
export function zoneAtNoon(): string {
  const behind = new Date().getUTCHours() - 12;
  return `Etc/GMT${behind < 0 ? behind : `+${behind}`}`;
}
